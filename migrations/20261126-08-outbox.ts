import { type Kysely, sql } from 'kysely';

/** What became of runs and their stages, waiting to be told to other systems: written with the change that it tells of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outbox (
      -- Told in this order.
      id bigint generated always as identity primary key,
      run_id uuid not null references run,
      -- Empty: of the run as a whole.
      stage text not null,
      event text not null check (event in ('START', 'COMPLETE', 'FAIL', 'ABORT')),
      at timestamptz not null,
      -- Null: it waits.
      told_at timestamptz,
      -- What the receiver said that would not have it; it is not sent again.
      refusal text,
      check (refusal is null or told_at is not null));
    -- One beginning and one end.
    create unique index outbox_once on outbox (run_id, stage, (event = 'START'));
    create index outbox_waiting on outbox (id) where told_at is null;
  `.execute(db);
}
