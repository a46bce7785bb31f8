import { type Kysely, sql } from 'kysely';

/** Who changed what over HTTP: rows are added, and the table refuses everything else. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_event (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      -- Joins what was asked and how it was answered.
      request_id uuid not null,
      actor text not null,
      role text not null check (role in ('viewer', 'editor', 'admin')),
      action text not null,
      target json not null,
      -- Null: asked; else the HTTP status of the answer.
      status integer);

    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'The audit trail takes new events only.';
    end $$;
    create trigger audit_event_is_append_only before update or delete or truncate on audit_event
      for each statement execute function refuse_change();
  `.execute(db);
}
