import { type Kysely, sql } from 'kysely';

/** What a run found of drift decides what it trains on: those rows are vouched for, too. Steps that are there keep their hashes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ newest: number }>`
    select coalesce(max(id), 0)::bigint as newest from step`.execute(db);
  const newest = Number(rows[0]?.newest ?? 0);
  await sql`
    alter function audited_rows(bigint) rename to audited_rows_but_drift;
    create function audited_rows(of_step bigint)
      returns table (table_name text, row_key text, hash bytea) language sql stable as $$
      select * from audited_rows_but_drift(of_step)
      union all
      select 'drift', t.partition_id, sha256(convert_to(
        row(t.run_id, t.partition_id, t.text, t.status, t.columns)::text, 'UTF8'))
      from step s join drift t using (run_id)
      where s.id = of_step and s.stage = 'snapshot' and s.id > ${sql.lit(newest)} $$;
  `.execute(db);
}
