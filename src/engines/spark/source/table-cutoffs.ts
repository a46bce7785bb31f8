import type { SnapshotLayout } from '../../../frame/snapshot-layout.ts';
import { cutTimes } from '../../../sources/time-cutoffs.ts';
import type { TableSpec } from '../../../spec/spec.ts';
import { quoted, sql } from '../connect/plan.ts';
import { fileTable } from './copy-source.ts';
import type { SparkTables } from './spark-tables.ts';

/** The cut-offs that `timeCutoffs` finds for a file. One task sorts the times of all rows. */
export async function tableCutoffs(
  tables: SparkTables,
  {
    path,
    layout,
    spec,
  }: { readonly path: string; readonly layout: SnapshotLayout; readonly spec: TableSpec },
): Promise<readonly number[]> {
  const column = layout.find(({ name }) => name === spec.time);
  if (spec.validate.scheme !== 'time' || column === undefined) return [];
  const micros = `unix_micros(CAST(${quoted(column.storedAs)} AS TIMESTAMP))`;
  const times = `(SELECT micros FROM (SELECT ${micros} AS micros FROM ${fileTable(path)}) WHERE micros IS NOT NULL)`;
  const numbers = async (query: string) =>
    (await tables.rows(sql(query))).map((row) => Number(row['answer']));
  const count = async (what: string) => (await numbers(`SELECT ${what}`))[0] ?? 0;
  return cutTimes(column.name, spec.validate, {
    count: () => count(`count(1) AS answer FROM ${times}`),
    distinct: () => count(`count(DISTINCT micros) AS answer FROM ${times}`),
    before: (end) => count(`count(1) AS answer FROM ${times} WHERE micros < ${end}`),
    at: (places) =>
      numbers(
        `SELECT micros AS answer FROM (SELECT micros, row_number() OVER (ORDER BY micros) - 1 AS place FROM ${times}) WHERE place IN (${places.join(', ')}) ORDER BY place`,
      ),
  });
}
