import { type Kysely, sql } from 'kysely';

/**
 * The trail becomes a chain: every event holds the hash of the one before it, and what a step has recorded, row by row.
 * The rows of the record itself can be added, but neither changed nor taken away.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await chainEvents(db);
  await auditSteps(db);
  await auditRuns(db);
  await closeHistory(db);
}

async function chainEvents(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop trigger audit_event_is_append_only on audit_event;
    alter table audit_event
      alter id drop identity,
      drop constraint audit_event_pkey,
      drop constraint audit_event_role_check,
      alter request_id drop not null,
      -- What a run does by itself is done by the system.
      add constraint audit_event_role_check check (role in ('viewer', 'editor', 'admin', 'system')),
      add column before json,
      add column after json,
      add column reason text,
      -- Over the rows that a step recorded: see audit_rows.
      add column rows_root bytea,
      add column prev_hash bytea,
      add column hash bytea;
    alter table audit_event rename column id to seq;
    update audit_event set seq = numbered.place
      from (select seq as id, row_number() over (order by seq) as place from audit_event) as numbered
      where numbered.id = audit_event.seq;
    alter table audit_event add primary key (seq);

    -- Where the chain ends: a tail that was cut off is missed.
    create table audit_head (
      is_head boolean primary key default true check (is_head),
      seq bigint not null,
      hash bytea not null);
    insert into audit_head (seq, hash) values (0, sha256(''));

    -- What an event's hash is taken of, besides the hash before it. Documents go in as they stand, byte for byte.
    create function audit_payload(e audit_event) returns text language sql stable as $$
      select jsonb_build_object(
        'seq', e.seq,
        'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'actor', e.actor, 'role', e.role, 'action', e.action, 'target', e.target::text,
        'status', e.status, 'before', e.before::text, 'after', e.after::text, 'reason', e.reason,
        'request', e.request_id, 'rows', encode(e.rows_root, 'hex'))::text $$;

    -- Writers wait for each other from here to their commit: an event is the last thing that a transaction adds.
    create function audit_append() returns trigger language plpgsql
      security definer set search_path from current as $$
    declare head record;
    begin
      perform pg_advisory_xact_lock(7216423);
      select seq, hash into strict head from audit_head;
      new.seq := head.seq + 1;
      new.at := clock_timestamp();
      new.prev_hash := head.hash;
      new.hash := sha256(head.hash || convert_to(audit_payload(new), 'UTF8'));
      update audit_head set seq = new.seq, hash = new.hash;
      return new;
    end $$;

    do $$
    declare e audit_event;
    declare last bytea := sha256('');
    begin
      for e in select * from audit_event order by seq loop
        e.prev_hash := last;
        last := sha256(last || convert_to(audit_payload(e), 'UTF8'));
        update audit_event set prev_hash = e.prev_hash, hash = last where seq = e.seq;
        update audit_head set seq = e.seq, hash = last;
      end loop;
    end $$;

    alter table audit_event alter prev_hash set not null, alter hash set not null;
    create trigger audit_append before insert on audit_event
      for each row execute function audit_append();

    -- The hash of every row that an event vouches for, 32 bytes each, in the order of the rows' keys.
    create table audit_rows (
      seq bigint not null references audit_event,
      table_name text not null,
      hashes bytea not null,
      primary key (seq, table_name));
  `.execute(db);
}

/** A table that steps write to: which of its rows are a step's, what names a row, and the columns that are vouched for. */
type Audited = {
  readonly table: string;
  readonly of: string;
  readonly key: string;
  readonly columns: string;
};

/** `s` is the step. Columns that later migrations add are not vouched for by this version. */
const AUDITED: readonly Audited[] = [
  {
    table: 'run_snapshot',
    of: `run_snapshot t where s.stage = 'snapshot' and t.run_id = s.run_id`,
    key: 'snapshot_id',
    columns: 'run_id, snapshot_id, file_digest, columns, source, excluded, cutoffs, warnings',
  },
  {
    table: 'snapshot_partition',
    of: `run_snapshot r join snapshot_partition t using (snapshot_id)
      where s.stage = 'snapshot' and r.run_id = s.run_id`,
    key: 'partition_id',
    columns: 'snapshot_id, partition_id, ordinal, text, digest, row_start, row_count',
  },
  {
    table: 'profile',
    of: `batch b join profile t on t.run_id = b.run_id and t.partition_id = any(b.partition_ids)
      where s.stage = 'profile' and (b.run_id, b.stage, b.number) = (s.run_id, 'profile', s.batch)`,
    key: 'partition_id',
    columns: 'run_id, snapshot_id, partition_id, facts',
  },
  {
    table: 'run_plan',
    of: `run_plan t where s.stage = 'condition' and t.run_id = s.run_id`,
    key: 'folds_digest',
    columns: 'run_id, classes, folds_digest, warnings',
  },
  {
    table: 'run_partition',
    of: `run_partition t where s.stage = 'condition' and t.run_id = s.run_id and t.ordinal >= 0`,
    key: 'partition_id',
    columns: `run_id, partition_id, ordinal, snapshot_id, text, digest, row_count, ranges, decision,
      reason, merged_into, training_key`,
  },
  {
    table: 'training',
    of: 'training t where t.step_id = s.id',
    key: 'partition_id',
    columns: `run_id, partition_id, step_id, origin_run_id, status, started_at, ms, log, facts,
      predictions_pack, predictions_offset, predictions_length, reason, message, stack`,
  },
  {
    table: 'candidate',
    of: 'training r join candidate t using (run_id, partition_id) where r.step_id = s.id',
    key: `partition_id || '/' || t.number`,
    columns: `run_id, partition_id, number, algorithm, parameters_digest, seed, status, because, cv,
      fold_scores, fit_ms, is_best`,
  },
  {
    table: 'selection',
    of: 'training r join selection t using (run_id, partition_id) where r.step_id = s.id',
    key: 'partition_id',
    columns: 'run_id, partition_id, method, kept, dropped',
  },
  {
    table: 'model',
    of: 'training r join model t using (run_id, partition_id) where r.step_id = s.id',
    key: 'partition_id',
    columns: `run_id, partition_id, digest, pack_digest, candidate, algorithm, parameters_digest, seed,
      trained_rows, features`,
  },
  {
    table: 'object_location',
    of: `training r join model m using (run_id, partition_id)
      join object_location t using (digest, pack_digest) where r.step_id = s.id`,
    key: 'digest',
    columns: 'digest, pack_digest, byte_offset, byte_length',
  },
  {
    table: 'evaluation',
    of: 'evaluation t where t.step_id = s.id',
    key: 'partition_id',
    columns: `run_id, partition_id, step_id, facts, difference, difference_low, difference_high, p_value`,
  },
  {
    table: 'metric',
    of: 'evaluation r join metric t using (run_id, partition_id) where r.step_id = s.id',
    key: `partition_id || '/' || t.scope || '/' || t.split`,
    columns: 'run_id, partition_id, scope, split, name, value, because, low, high, row_count',
  },
  {
    table: 'choice',
    of: `choice t where s.stage = 'choose' and t.run_id = s.run_id`,
    key: 'partition_id',
    columns:
      'run_id, partition_id, step_id, status, reason, verdict, adjusted_p_value, model_digest',
  },
  {
    table: 'run_totals',
    of: `run_totals t where s.stage = 'choose' and t.run_id = s.run_id`,
    key: 'run_id',
    columns: 'run_id, step_id, totals',
  },
  {
    table: 'run_report',
    of: `run_report t where s.stage = 'report' and t.run_id = s.run_id`,
    key: 'run_id',
    columns: 'run_id, step_id, html_digest, json_digest',
  },
  {
    // Features, selection and training are one commit.
    table: 'step_io',
    of: `step r join step_io t on t.step_id = r.id
      where (r.run_id, r.scope, r.batch) = (s.run_id, s.scope, s.batch)
        and (r.id = s.id or s.stage = 'train' and r.stage in ('features', 'select'))`,
    key: `step_id || '/' || t.direction || '/' || t.role || '/' || coalesce(t.partition_id, '')`,
    columns: 'step_id, run_id, partition_id, direction, role, digest',
  },
];

/** What a step has recorded, as hashes: `audited_rows` one by one, `audited_tables` in one line per table. */
async function auditSteps(db: Kysely<unknown>): Promise<void> {
  const rows = AUDITED.map(({ table, of, key, columns }) => {
    const values = columns.split(',').map((column) => `t.${column.trim()}`);
    return `select '${table}', t.${key}::text, sha256(convert_to(row(${values.join(', ')})::text, 'UTF8'))
      from step s, lateral (select t.* from ${of}) t where s.id = of_step`;
  });
  await sql`
    create index training_by_step on training (step_id);
    create index evaluation_by_step on evaluation (step_id);
  `.execute(db);
  await sql
    .raw(`
      create function audited_rows(of_step bigint)
        returns table (table_name text, row_key text, hash bytea) language sql stable as $$
      ${rows.join('\nunion all\n')} $$`)
    .execute(db);
  await sql`
    create function audited_tables(of_step bigint)
      returns table (table_name text, hashes bytea) language sql stable as $$
      select table_name, string_agg(hash, '' order by row_key collate "C", hash)
      from audited_rows(of_step) group by table_name $$;

    -- The root of the tree: over the tables' names and the hashes of their rows' hashes.
    create function audit_root(names text[], hashes bytea[]) returns bytea language sql immutable as $$
      select sha256(string_agg(convert_to(name, 'UTF8') || sha256(hash), '' order by name collate "C"))
      from unnest(names, hashes) as t (name, hash) $$;

    -- The last thing that a step's transaction does: one event that vouches for every row it has recorded.
    create function audit_step(of_step bigint, by_actor text) returns void language plpgsql as $$
    declare names text[];
    declare found_hashes bytea[];
    declare event bigint;
    begin
      select coalesce(array_agg(table_name), '{}'), coalesce(array_agg(hashes), '{}')
        into names, found_hashes from audited_tables(of_step);
      insert into audit_event (actor, role, action, target, after, rows_root)
        select by_actor, 'system', 'step.recorded',
          json_build_object('run', run_id, 'step', id::text, 'stage', stage, 'scope', scope,
            'batch', batch::text),
          json_build_object('output', output_digest), audit_root(names, found_hashes)
        from step where id = of_step
        returning seq into event;
      insert into audit_rows (seq, table_name, hashes)
        select event, name, hash from unnest(names, found_hashes) as t (name, hash);
    end $$;
  `.execute(db);
}

/** What a run is, and how it stands: the newest event about it must say the same as its row. */
async function auditRuns(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audited_run(of_run uuid) returns json language sql stable as $$
      select json_build_object('experiment', experiment.name, 'spec', spec_digest, 'code', code_digest,
        'environment', environment_digest, 'seed', root_seed, 'workflow', workflow_id,
        'folder', base_folder, 'by', requested_by, 'key', idempotency_key, 'mode', mode,
        'origin', origin_run_id, 'reuse', reuse, 'again', again)
      from run join experiment on experiment.id = run.experiment_id where run.id = of_run $$;
    create function audited_state(of_run uuid) returns json language sql stable as $$
      select json_build_object('status', status, 'error', error, 'kind', error_kind,
        'not_reproducible', not_reproducible) from run where id = of_run $$;
  `.execute(db);
}

/** Rows that tell what happened: new ones are welcome. */
const HISTORY =
  `audit_event audit_rows step_attempt step_io snapshot snapshot_partition run_snapshot profile
  run_plan run_partition training candidate selection model evaluation metric
  choice run_totals run_report parameters spec code_version environment object_location`.split(
    /\s+/,
  );

async function closeHistory(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'Table % takes new rows only.', tg_table_name using errcode = '42501';
    end $$`.execute(db);
  for (const table of HISTORY)
    await sql`
      create trigger ${sql.ref(`${table}_is_append_only`)}
        before update or delete or truncate on ${sql.table(table)}
        for each statement execute function refuse_change()`.execute(db);
}
