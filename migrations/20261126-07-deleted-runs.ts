import { type Kysely, sql } from 'kysely';

/** Runs that nobody wants any more: hidden first, and later their bytes may go; every row of the record stays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table run_deletion_event (
      seq bigint generated always as identity primary key,
      run_id uuid not null references run,
      -- purge: its bytes are gone, or about to go; nothing brings it back.
      kind text not null check (kind in ('delete', 'restore', 'purge')),
      actor text not null,
      reason text,
      at timestamptz not null default clock_timestamp());
    create index run_deletion_event_by_run on run_deletion_event (run_id, seq desc);
    create trigger run_deletion_event_is_append_only
      before update or delete or truncate on run_deletion_event
      for each statement execute function refuse_change();

    create view deleted_run as
      select * from (
        select distinct on (run_id) * from run_deletion_event order by run_id, seq desc) as newest
      where kind <> 'restore';
  `.execute(db);
}
