import { type Kysely, sql } from 'kysely';

/** A partition has drifted, too, where who answers for it got worse: how much worse is kept, and vouched for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table drift_score (
      run_id uuid not null,
      partition_id text not null,
      -- On rows that nobody was trained on, against the holdout, and how sure that is.
      found json not null,
      primary key (run_id, partition_id),
      foreign key (run_id, partition_id) references drift);
    create trigger drift_score_is_append_only before update or delete or truncate on drift_score
      for each statement execute function refuse_change();

    alter function audited_rows(bigint) rename to audited_rows_but_drift_scores;
    create function audited_rows(of_step bigint)
      returns table (table_name text, row_key text, hash bytea) language sql stable as $$
      select * from audited_rows_but_drift_scores(of_step)
      union all
      select 'drift_score', t.partition_id, sha256(convert_to(
        row(t.run_id, t.partition_id, t.found)::text, 'UTF8'))
      from step s join drift_score t using (run_id)
      where s.id = of_step and s.stage = 'snapshot' $$;
  `.execute(db);
}
