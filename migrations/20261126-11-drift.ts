import { type Kysely, sql } from 'kysely';

/** Runs that fit only what has drifted since an earlier run, and what they found of each partition. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table run
      drop constraint run_mode_check,
      add constraint run_mode_check check (mode in ('fresh', 'retry', 'reproduce', 'drifted'));

    create table drift (
      run_id uuid not null references run,
      partition_id text not null,
      text text not null,
      -- 'steady' keeps the rows, and so the model, that it had; 'grown' was too small for a model.
      status text not null
        check (status in ('steady', 'drifted', 'grown', 'new', 'gone', 'failed')),
      -- What has moved, by how much, and how sure that is.
      columns json not null,
      primary key (run_id, partition_id));
    create trigger drift_is_append_only before update or delete or truncate on drift
      for each statement execute function refuse_change();
  `.execute(db);
}
