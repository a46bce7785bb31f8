import { type Kysely, sql } from 'kysely';

/** Who asked for which run of which experiment, with which spec, code and environment. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create domain digest as text collate "C" check (value ~ '^sha256:[0-9a-f]{64}$');
    -- NaN sorts above infinity, so both comparisons refuse it.
    create domain score as double precision check (value > '-Infinity' and value < 'Infinity');
    create domain duration_ms as double precision check (value >= 0 and value < 'Infinity');
    create domain seed as numeric(20, 0) check (value between 0 and 18446744073709551615);

    -- Everything that has a digest: stored bytes, and rows that stand inside a snapshot.
    create table object (
      digest digest primary key,
      kind text not null check (kind in ('rows', 'snapshot', 'snapshot_file', 'folds', 'features',
        'model', 'model_pack', 'prediction_pack', 'report')),
      -- Null: no bytes of its own, or not measured.
      byte_size bigint check (byte_size >= 0),
      created_at timestamptz not null default now());

    -- A member of a pack. An object without a row here lies whole under its own digest.
    create table object_location (
      digest digest not null references object,
      pack_digest digest not null references object,
      byte_offset bigint not null check (byte_offset >= 0),
      byte_length bigint not null check (byte_length >= 0),
      primary key (digest, pack_digest));

    create table code_version (
      digest digest primary key,
      git_commit text,
      dirty boolean not null,
      source_digest digest not null,
      lockfile_digest digest not null,
      workflow_bundle_digest digest not null);

    create table environment (
      digest digest primary key,
      facts json not null);

    -- Documents are json, not jsonb: they come back byte for byte, key order and U+0000 included.
    create table spec (
      digest digest primary key,
      version integer not null,
      task text not null check (task in ('classification', 'regression')),
      metric text not null,
      document json not null);

    create table experiment (
      id bigint generated always as identity primary key,
      name text not null unique);

    create table run (
      id uuid primary key,
      experiment_id bigint not null references experiment,
      idempotency_key text not null unique,
      spec_digest digest not null references spec,
      code_digest digest not null references code_version,
      environment_digest digest not null references environment,
      root_seed bigint not null,
      workflow_id text not null unique,
      base_folder text not null,
      requested_by text not null,
      status text not null default 'PENDING' check (status in
        ('PENDING', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED')),
      error text,
      -- The alarm: the first step that gave another result when it ran again.
      not_reproducible text,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz,
      check (ended_at >= started_at),
      check ((status in ('PENDING', 'RUNNING')) = (ended_at is null)));
    create index run_by_experiment on run (experiment_id, id desc);
  `.execute(db);
}
