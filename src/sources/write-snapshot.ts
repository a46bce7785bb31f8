import type { Database } from '../frame/duckdb.ts';
import {
  HASH_HIGH,
  HASH_LOW,
  LAYOUT_KEY,
  ROW,
  ROWS_PER_GROUP,
  type SnapshotLayout,
  SOURCE_ROW,
  storedNames,
} from '../frame/snapshot-layout.ts';
import { sqlName, sqlText } from '../frame/sql-text.ts';
import { HASHED } from './hash-source-rows.ts';
import type { PlannedColumn } from './plan-columns.ts';
import { RAW } from './raw-table.ts';

/**
 * Writes the snapshot file: rows by partition, then time where declared (rows without one first), then hash. Equal rows
 * keep the order of the source, which no value can tell.
 */
export async function writeSnapshotFile(
  database: Database,
  planned: readonly PlannedColumn[],
  options: { readonly path: string; readonly time: string | undefined },
): Promise<void> {
  const stored = storedNames(planned.map(({ name }) => name));
  const layout: SnapshotLayout = planned.map(({ name, kind }, i) => ({
    name,
    kind,
    storedAs: stored[i] as string,
  }));
  const values = planned.map(({ sql }, i) => `${sql} AS ${sqlName(stored[i] as string)}`);
  const time = planned.findIndex(({ name }) => name === options.time);
  const byTime = time < 0 ? [] : [`${sqlName(stored[time] as string)} NULLS FIRST`];
  const order = ['place', ...byTime, HASH_HIGH, HASH_LOW, SOURCE_ROW];
  const rows = `SELECT place, source_row AS ${SOURCE_ROW}, high AS ${HASH_HIGH}, low AS ${HASH_LOW}, ${values.join(', ')} FROM ${RAW} JOIN ${HASHED} ON ${RAW}.rowid = source_row`;
  const numbered = `SELECT (row_number() OVER () - 1)::INTEGER AS ${ROW}, * EXCLUDE (place) FROM (${rows} ORDER BY ${order.join(', ')})`;
  await database.run(
    `COPY (${numbered}) TO ${sqlText(options.path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROWS_PER_GROUP}, KV_METADATA { ${sqlText(LAYOUT_KEY)}: ${sqlText(JSON.stringify(layout))} })`,
  );
}
