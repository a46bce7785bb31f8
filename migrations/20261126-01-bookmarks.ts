import { type Kysely, sql } from 'kysely';

/** Work that goes on outside of the process that began it: where, and what has arrived of it, until that is recorded. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table bookmark (
      run_id uuid not null references run,
      job digest not null,
      place json not null,
      begun_at timestamptz not null default now(),
      primary key (run_id, job));

    create table arrival (
      run_id uuid not null,
      job digest not null,
      id bigint generated always as identity,
      position jsonb not null,
      content bytea not null,
      primary key (run_id, job, id),
      -- Two attempts that read the same work keep the same things.
      unique (run_id, job, position),
      foreign key (run_id, job) references bookmark on delete cascade);
  `.execute(db);
}
