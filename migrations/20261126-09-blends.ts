import { type Kysely, sql } from 'kysely';

/** Small partitions may be answered by several models together: which, how much of each, and what that scores. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table object
      drop constraint object_kind_check,
      add constraint object_kind_check check (kind in ('rows', 'snapshot', 'snapshot_file', 'folds',
        'features', 'model', 'model_pack', 'prediction_pack', 'report', 'blend'));
    alter table run_partition
      drop constraint run_partition_decision_check,
      add constraint run_partition_decision_check
        check (decision in ('train', 'shrink', 'global', 'skip', 'merge', 'fail'));

    create table blend (
      run_id uuid not null,
      partition_id text collate "C" not null,
      -- Over models and weights: it has no bytes of its own.
      digest digest not null references object,
      -- By fold, the own model's weight as the other folds have it.
      without_fold double precision[] not null,
      scores json not null,
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references choice);
    create index blend_by_digest on blend (digest);

    create table blend_part (
      run_id uuid not null,
      partition_id text collate "C" not null,
      number smallint not null check (number >= 0),
      rung text not null check (rung in ('own', 'parent', 'global')),
      model_digest digest not null references object,
      weight double precision not null check (weight > 0 and weight < 1),
      primary key (run_id, partition_id, number),
      foreign key (run_id, partition_id) references blend);
    create index blend_part_by_model on blend_part (model_digest);
  `.execute(db);
  await auditBlends(db);
}

/** Their rows are vouched for beside those of the choice; what older steps recorded keeps its hash. */
async function auditBlends(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter function audited_rows(bigint) rename to audited_rows_but_blends;
    create function audited_rows(of_step bigint)
      returns table (table_name text, row_key text, hash bytea) language sql stable as $$
      select * from audited_rows_but_blends(of_step)
      union all
      select 'blend', t.partition_id::text, sha256(convert_to(
        row(t.run_id, t.partition_id, t.digest, t.without_fold, t.scores)::text, 'UTF8'))
      from step s join blend t using (run_id) where s.id = of_step and s.stage = 'choose'
      union all
      select 'blend_part', t.partition_id || '/' || t.number, sha256(convert_to(
        row(t.run_id, t.partition_id, t.number, t.rung, t.model_digest, t.weight)::text, 'UTF8'))
      from step s join blend_part t using (run_id) where s.id = of_step and s.stage = 'choose' $$;

    create trigger blend_is_append_only before update or delete or truncate on blend
      for each statement execute function refuse_change();
    create trigger blend_part_is_append_only before update or delete or truncate on blend_part
      for each statement execute function refuse_change();
  `.execute(db);
}
