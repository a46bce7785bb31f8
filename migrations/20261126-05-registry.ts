import { type Kysely, sql } from 'kysely';

/** Names for the model sets of an experiment: which run answers as `champion`, and which did before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table alias_event (
      seq bigint generated always as identity primary key,
      experiment_id bigint not null references experiment,
      alias text not null check (alias ~ '^[a-z][a-z0-9_-]{0,63}$'),
      run_id uuid not null references run,
      kind text not null check (kind in ('promote', 'rollback')),
      actor text not null,
      reason text,
      at timestamptz not null default clock_timestamp());
    create index alias_event_by_alias on alias_event (experiment_id, alias, seq desc);
    create trigger alias_event_is_append_only before update or delete or truncate on alias_event
      for each statement execute function refuse_change();

    create view alias as
      select distinct on (experiment_id, alias) * from alias_event
      order by experiment_id, alias, seq desc;
  `.execute(db);
}
