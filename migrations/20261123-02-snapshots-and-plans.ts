import { type Kysely, sql } from 'kysely';

/** What a run read, how it was cut into partitions and batches, and what each partition is to be. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A number, not its digest, stands in the many rows that point here.
    create table snapshot (
      id bigint generated always as identity primary key,
      digest digest not null unique references object,
      schema_digest digest not null,
      row_count bigint not null check (row_count >= 0),
      partition_count integer not null check (partition_count >= 0),
      created_at timestamptz not null default now());

    create table snapshot_partition (
      snapshot_id bigint not null references snapshot,
      partition_id text collate "C" not null,
      -- Position in the canonical order of partition texts.
      ordinal integer not null check (ordinal >= 0),
      text text not null,
      digest digest not null references object,
      row_start bigint not null check (row_start >= 0),
      row_count bigint not null check (row_count >= 0),
      primary key (snapshot_id, partition_id),
      unique (snapshot_id, ordinal));

    -- The same snapshot may be read from another place, or cut by another spec.
    create table run_snapshot (
      run_id uuid primary key references run,
      snapshot_id bigint not null references snapshot,
      file_digest digest not null references object,
      columns json not null,
      source json not null,
      excluded json not null,
      cutoffs json not null,
      warnings json not null,
      unique (run_id, snapshot_id));

    -- Which partitions a batch has, in the order of work: one row per batch, not one per partition.
    create table batch (
      run_id uuid not null references run,
      stage text not null check (stage in ('profile', 'train', 'evaluate')),
      number integer not null check (number >= 0),
      partition_ids text[] not null,
      primary key (run_id, stage, number));

    create table profile (
      run_id uuid not null,
      snapshot_id bigint not null,
      partition_id text collate "C" not null,
      facts json not null,
      primary key (run_id, partition_id),
      foreign key (run_id, snapshot_id) references run_snapshot (run_id, snapshot_id),
      foreign key (snapshot_id, partition_id) references snapshot_partition);

    create table run_plan (
      run_id uuid primary key references run,
      classes json not null,
      folds_digest digest not null references object,
      warnings json not null);

    create table run_partition (
      run_id uuid not null references run,
      partition_id text collate "C" not null,
      -- Position in the order of partition texts; -1 is the model without partition.
      ordinal integer not null check (ordinal >= -1),
      -- Null: a union of partitions, which no snapshot has.
      snapshot_id bigint,
      text text not null,
      digest digest not null references object,
      row_count bigint not null check (row_count >= 0),
      ranges json not null,
      decision text not null check (decision in ('train', 'global', 'skip', 'merge')),
      reason text check (reason in ('too_small', 'single_class', 'constant_target', 'no_target')),
      merged_into text collate "C",
      primary key (run_id, partition_id),
      unique (run_id, ordinal),
      foreign key (snapshot_id, partition_id) references snapshot_partition,
      foreign key (run_id, merged_into) references run_partition deferrable initially deferred,
      check ((decision = 'train') = (reason is null)),
      check ((decision = 'merge') = (merged_into is not null)));
  `.execute(db);
}
