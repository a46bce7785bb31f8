import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { columnsToArrow } from '../../../frame/arrow-tables.ts';
import {
  type FolderLayout,
  HASH_HIGH,
  HASH_LOW,
  LAYOUT_FILE,
  ROW,
  ROWS_PER_GROUP,
  type SnapshotLayout,
  SOURCE_ROW,
  storedNames,
} from '../../../frame/snapshot-layout.ts';
import type { TableSpec } from '../../../spec/spec.ts';
import {
  broadcast,
  type Expression,
  expression,
  join as joined,
  localRows,
  named,
  project,
  quoted,
  readFiles,
  repartition,
  sort,
  writeParquet,
} from '../connect/plan.ts';
import type { PlacedKey } from './divide-table.ts';
import type { PlannedTable } from './plan-table.ts';
import type { SparkTables } from './spark-tables.ts';

/** Rows of one file at most: a task writes one. */
const ROWS_PER_FILE = 64 * ROWS_PER_GROUP;
/** Of Parquet's row groups before compression: small partitions are cheap to read then. */
const GROUP_BYTES = 4 * 2 ** 20;

/**
 * Writes the snapshot as a folder of Parquet files whose rows are numbered by partition, then time where declared, then
 * hash, and the layout beside them.
 */
export async function writeSnapshotFolder(
  { tables, cores }: { readonly tables: SparkTables; readonly cores: number },
  {
    prepared,
    path,
    planned,
    keys,
    spec,
  }: {
    readonly prepared: string;
    readonly path: string;
    readonly planned: PlannedTable;
    readonly keys: readonly PlacedKey[];
    readonly spec: TableSpec;
  },
): Promise<SnapshotLayout> {
  const stored = storedNames(planned.columns.map(({ name }) => name));
  const layout = planned.columns.map(({ name, kind }, i) => ({
    name,
    kind,
    storedAs: stored[i] as string,
  }));
  const placed = joined(
    readFiles('parquet', [prepared]),
    broadcast(localRows(placesOf(keys, spec))),
    expression(spec.partition.by.map((_, i) => `k${i} <=> __k${i}`).join(' AND ')),
  );
  const time = planned.columns.findIndex(({ name }) => name === spec.time);
  // Hashes are unsigned numbers, which Spark has not: with their first bit turned they sort as such.
  const order = [
    ...(time < 0 ? [] : [`c${time} ASC NULLS FIRST`]),
    `high ^ ${FIRST_BIT}`,
    `low ^ ${FIRST_BIT}`,
  ];
  const rank = `row_number() OVER (PARTITION BY __start ORDER BY ${order.join(', ')})`;
  const row = `CAST(__start + ${rank} - 1 AS INT)`;
  const columns: Expression[] = [
    named(expression(row), ROW),
    ...layout.map(({ storedAs }, i) => named(expression(`c${i}`), storedAs)),
    named(expression('high'), HASH_HIGH),
    named(expression('low'), HASH_LOW),
  ];
  const numbered = project(placed, columns);
  // The table has no order of its own that its rows could be told by.
  const whole = project(numbered, [
    expression(ROW),
    named(expression(ROW), SOURCE_ROW),
    expression(HASH_HIGH),
    expression(HASH_LOW),
    ...layout.map(({ storedAs }) => expression(quoted(storedAs))),
  ]);
  const rowCount = keys.reduce((sum, { count }) => sum + count, 0);
  const files = Math.max(
    1,
    Math.min(cores, Math.ceil(rowCount / ROWS_PER_GROUP)),
    Math.ceil(rowCount / ROWS_PER_FILE),
  );
  const rowsPerFile = Math.ceil(rowCount / files);
  const spread = repartition(whole, [expression(`${ROW} DIV ${rowsPerFile}`)], files);
  const sorted = sort(spread, [expression(ROW)], 'local');
  await tables.run(writeParquet(sorted, path, { 'parquet.block.size': String(GROUP_BYTES) }));
  const content: FolderLayout = { columns: layout, files: await parquetFiles(path) };
  await writeFile(join(path, LAYOUT_FILE), `${JSON.stringify(content)}\n`);
  return layout;
}

async function parquetFiles(path: string): Promise<FolderLayout['files']> {
  const names = (await readdir(path)).filter((name) => /^part-.*\.parquet$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, bytes: (await stat(join(path, name))).size })),
  );
}

/** A hash with this bit turned sorts as an unsigned number. */
export const FIRST_BIT = 'shiftleft(CAST(1 AS BIGINT), 63)';

/** The key of every partition beside the number of its first row. */
function placesOf(keys: readonly PlacedKey[], { partition: { by } }: TableSpec): Uint8Array {
  return columnsToArrow(
    [
      ...by.map((_, i) => ({ name: `__k${i}`, type: 'string' as const })),
      { name: '__start', type: 'int' as const },
    ],
    [
      ...by.map((_, i) => keys.map(({ values }) => values[i] ?? null)),
      keys.map(({ start }) => start),
    ],
  );
}
