import { type Kysely, sql } from 'kysely';

/** What must not answer any more and why, what people note of runs and models, and fast ways to what bad data touched. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table quarantine_event (
      seq bigint generated always as identity primary key,
      kind text not null check (kind in ('quarantine', 'release')),
      -- A model, or data by its digest; a partition of an experiment by its text.
      subject text not null check (subject in ('model', 'rows', 'snapshot', 'partition')),
      digest digest,
      experiment_id bigint references experiment,
      partition text,
      actor text not null,
      reason text not null,
      at timestamptz not null default clock_timestamp(),
      check ((subject = 'partition') = (digest is null)),
      check ((subject = 'partition') = (experiment_id is not null and partition is not null)));
    create index quarantine_event_by_subject
      on quarantine_event (subject, digest, experiment_id, partition, seq desc);
    create trigger quarantine_event_is_append_only
      before update or delete or truncate on quarantine_event
      for each statement execute function refuse_change();

    create view quarantine as
      select * from (
        select distinct on (subject, digest, experiment_id, partition) * from quarantine_event
        order by subject, digest, experiment_id, partition, seq desc) as newest
      where kind = 'quarantine';

    create table annotation (
      seq bigint generated always as identity primary key,
      -- One of the two.
      run_id uuid references run,
      model_digest digest references object,
      kind text not null check (kind in ('note', 'tag', 'untag')),
      -- Of a tag.
      name text check (name ~ '^[a-z][a-z0-9_.-]{0,63}$'),
      text text not null,
      actor text not null,
      at timestamptz not null default clock_timestamp(),
      check (num_nulls(run_id, model_digest) = 1),
      check ((kind = 'note') = (name is null)));
    create index annotation_by_run on annotation (run_id, seq) where run_id is not null;
    create index annotation_by_model on annotation (model_digest, seq)
      where model_digest is not null;
    create trigger annotation_is_append_only before update or delete or truncate on annotation
      for each statement execute function refuse_change();

    create index run_partition_by_digest on run_partition (digest);
    create index reproductions on audit_event ((target->>'run')) where action = 'run.reproduced';
  `.execute(db);
}
