import { type Kysely, sql } from 'kysely';

/** What was done, by which attempt, from what to what: the trained, the evaluated and the chosen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createSteps(db);
  await createTraining(db);
  await createOutcomes(db);
}

async function createSteps(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A row stands here once its work is done and committed.
    create table step (
      id bigint generated always as identity primary key,
      run_id uuid not null references run,
      stage text not null check (stage in ('snapshot', 'profile', 'condition', 'features', 'select',
        'train', 'evaluate', 'choose', 'report')),
      scope text not null check (scope in ('own', 'global')),
      -- 0 where the stage has no batches.
      batch integer not null check (batch >= 0),
      -- The newest attempt that wrote, and the activity it belongs to: older ones are refused.
      attempt integer not null check (attempt >= 1),
      activity_id text not null,
      -- Of the recorded result without its times; null where two attempts may differ for good reason.
      output_digest digest,
      unique (run_id, stage, scope, batch));

    create table step_attempt (
      id bigint generated always as identity primary key,
      step_id bigint not null references step,
      attempt integer not null check (attempt >= 1),
      activity_id text not null,
      worker text not null,
      outcome text not null check (outcome in ('SUCCEEDED', 'DUPLICATE', 'LOST', 'FAILED')),
      started_at timestamptz not null,
      ended_at timestamptz not null default clock_timestamp());
    create index step_attempt_by_step on step_attempt (step_id);

    create table step_io (
      step_id bigint not null references step,
      run_id uuid not null,
      -- Null: of the whole batch.
      partition_id text collate "C",
      direction text not null check (direction in ('in', 'out')),
      role text not null,
      digest digest not null references object,
      unique nulls not distinct (step_id, partition_id, direction, role),
      foreign key (run_id, partition_id) references run_partition);
    create index step_io_by_digest on step_io (digest);
  `.execute(db);
}

async function createTraining(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table parameters (
      digest digest primary key,
      document json not null);

    create table training (
      run_id uuid not null,
      partition_id text collate "C" not null,
      step_id bigint not null references step,
      status text not null check (status in ('trained', 'failed')),
      started_at timestamptz not null,
      ms duration_ms not null,
      log text not null,
      facts json,
      predictions_pack digest references object,
      predictions_offset bigint check (predictions_offset >= 0),
      predictions_length bigint check (predictions_length >= 0),
      reason text check (reason in
        ('timeout', 'out_of_memory', 'thread_died', 'every_candidate_failed', 'error')),
      message text,
      stack text,
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references run_partition,
      check ((status = 'trained') = (facts is not null)),
      check ((status = 'failed') = (reason is not null and message is not null)),
      check (num_nulls(facts, predictions_pack, predictions_offset, predictions_length) in (0, 4)));

    create table candidate (
      run_id uuid not null,
      partition_id text collate "C" not null,
      number smallint not null check (number >= 0),
      algorithm text not null,
      parameters_digest digest not null references parameters,
      seed seed not null,
      status text not null check (status in ('ok', 'failed')),
      because text,
      cv score,
      fold_scores double precision[] not null
        check (not fold_scores && array['NaN', 'Infinity', '-Infinity']::double precision[]),
      fit_ms duration_ms not null,
      is_best boolean not null,
      primary key (run_id, partition_id, number),
      foreign key (run_id, partition_id) references training);

    -- Which columns the models of a partition may see.
    create table selection (
      run_id uuid not null,
      partition_id text collate "C" not null,
      method text not null,
      kept text[] not null,
      dropped text[] not null,
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references training);

    create table model (
      run_id uuid not null,
      partition_id text collate "C" not null,
      digest digest not null,
      pack_digest digest not null,
      candidate smallint,
      algorithm text not null,
      parameters_digest digest not null references parameters,
      seed seed not null,
      trained_rows bigint not null check (trained_rows >= 0),
      features text[] not null,
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references training,
      foreign key (run_id, partition_id, candidate) references candidate,
      foreign key (digest, pack_digest) references object_location);
    create index model_by_digest on model (digest);
  `.execute(db);
}

async function createOutcomes(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table evaluation (
      run_id uuid not null,
      partition_id text collate "C" not null,
      step_id bigint not null references step,
      facts json not null,
      -- Own minus global, positive = own is better; with its 95 % interval.
      difference score,
      difference_low score,
      difference_high score,
      p_value score check (p_value between 0 and 1),
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references run_partition);

    create table metric (
      run_id uuid not null,
      partition_id text collate "C" not null,
      scope text not null check (scope in ('own', 'global')),
      split text not null check (split in ('cv', 'holdout')),
      name text not null,
      value score,
      -- Why there is no value.
      because text,
      low score,
      high score,
      row_count bigint not null check (row_count >= 0),
      primary key (run_id, partition_id, scope, split),
      foreign key (run_id, partition_id) references evaluation,
      check ((value is null) = (because is not null)));

    create table choice (
      run_id uuid not null,
      partition_id text collate "C" not null,
      step_id bigint not null references step,
      status text not null check (status in
        ('trained', 'reused', 'merged', 'global', 'skipped', 'failed')),
      reason text,
      verdict text check (verdict in ('own', 'parent', 'global', 'blend', 'tie')),
      adjusted_p_value score check (adjusted_p_value between 0 and 1),
      model_digest digest references object,
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references run_partition);
    create index choice_by_model on choice (model_digest);

    create table run_totals (
      run_id uuid primary key references run,
      step_id bigint not null references step,
      totals json not null);

    create table run_report (
      run_id uuid primary key references run,
      step_id bigint not null references step,
      html_digest digest not null references object,
      json_digest digest not null references object);
  `.execute(db);
}
