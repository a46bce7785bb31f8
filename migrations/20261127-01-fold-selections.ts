import { type Kysely, sql } from 'kysely';

/** What was selected for a training stands under a key of its own: other algorithms are trained on it as it is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table run_partition
      -- Over everything that the selection of its columns depends on; null where none are selected.
      add column selection_key digest;
    create index run_partition_by_selection_key on run_partition (selection_key)
      where selection_key is not null;

    create table fold_selection (
      run_id uuid not null,
      partition_id text collate "C" not null,
      -- The run that selected; null: this one.
      origin_run_id uuid,
      -- Columns kept at every fit; of the one that ships also those dropped, and why.
      document json not null,
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references run_partition,
      constraint fold_selection_origin
        foreign key (origin_run_id, partition_id) references fold_selection (run_id, partition_id));
    create trigger fold_selection_is_append_only before update or delete or truncate on fold_selection
      for each statement execute function refuse_change();

    -- Vouched for with its key: by the step that took it over, or else by the one that selected.
    alter function audited_rows(bigint) rename to audited_rows_but_fold_selections;
    create function audited_rows(of_step bigint)
      returns table (table_name text, row_key text, hash bytea) language sql stable as $$
      select * from audited_rows_but_fold_selections(of_step)
      union all
      select 'fold_selection', t.partition_id::text, sha256(convert_to(
        row(t.run_id, t.partition_id, p.selection_key, t.origin_run_id, t.document)::text, 'UTF8'))
      from step s join fold_selection t using (run_id) join run_partition p using (run_id, partition_id)
      where s.id = of_step and s.stage = 'condition' and t.origin_run_id is not null
      union all
      select 'fold_selection', t.partition_id::text, sha256(convert_to(
        row(t.run_id, t.partition_id, p.selection_key, t.origin_run_id, t.document)::text, 'UTF8'))
      from training r join fold_selection t using (run_id, partition_id)
        join run_partition p using (run_id, partition_id)
      where r.step_id = of_step and t.origin_run_id is null $$;
  `.execute(db);
}
