import { entryOf } from '../domain/entry.ts';
import { Failure } from '../domain/failure.ts';
import { comparePartitions, type KeyValue, partitionText } from '../domain/partition.ts';
import type { Database } from '../frame/duckdb.ts';
import type { Spec } from '../spec/spec.ts';
import { keySql } from './key-sql.ts';
import type { PlannedColumn } from './plan-columns.ts';
import { RAW } from './raw-table.ts';

/** Table of the partitions: their ordinal beside the key columns `k0`, `k1`, …. */
const PLACES = 'places';

export type DividedKey = { readonly text: string; readonly values: readonly KeyValue[] };

export type Division = {
  /** In text order: their index is their ordinal. */
  readonly keys: readonly DividedKey[];
  /** A FROM clause that gives every raw row (`raw.rowid`) its `place`, the ordinal of its partition. */
  readonly from: string;
  /** Borders of the bins by key column. */
  readonly edges: ReadonlyMap<string, readonly number[]>;
};

/** Finds the partitions and puts them in order. Throws `Failure('limit-exceeded')` beyond `partition.max`. */
export async function divideRows(
  database: Database,
  planned: readonly PlannedColumn[],
  partition: Spec['partition'],
  rowCount: number,
): Promise<Division> {
  const columns = await keySql(database, planned, partition);
  const list = columns.map(({ sql }, i) => `${sql} AS k${i}`).join(', ');
  const names = columns.map((_, i) => `k${i}`);
  await database.run(`CREATE TABLE keys AS SELECT DISTINCT ${list} FROM ${RAW}`);
  const count = await database.count('SELECT count(*) FROM keys');
  if (count > partition.max) throw tooMany(planned, partition, count, rowCount);

  const rows = await database.rows('SELECT * FROM keys');
  const keys = rows
    .map((row) => names.map((name) => (row[name] ?? null) as KeyValue))
    .map((values) => ({ values, text: partitionText(partition.by, values) }))
    .sort((a, b) => comparePartitions(a.text, b.text));
  await writePlaces(database, names, keys);
  const same = columns.map(({ sql }, i) => `(${sql}) IS NOT DISTINCT FROM ${PLACES}.k${i}`);
  const edges = columns.flatMap(({ column, edges }) => (edges ? [[column, edges] as const] : []));
  return { keys, from: `${RAW} JOIN ${PLACES} ON ${same.join(' AND ')}`, edges: new Map(edges) };
}

/** Throws `Failure('invalid-data')` when the key is missing in every row. */
export function checkKeyPresent({ keys }: Pick<Division, 'keys'>, by: readonly string[]): void {
  if (keys.some(({ values }) => values.some((value) => value !== null))) return;
  throw new Failure(
    'invalid-data',
    `\`partition.by\`: ${by.map((name) => `\`${name}\``).join(', ')} is missing in every row: there is nothing to divide by.`,
  );
}

async function writePlaces(
  database: Database,
  names: readonly string[],
  keys: readonly DividedKey[],
): Promise<void> {
  const writer = await database.createTable(PLACES, [
    { name: 'place', type: 'INTEGER' },
    ...names.map((name) => ({ name, type: 'VARCHAR' as const })),
  ]);
  writer.append(
    [
      Int32Array.from(keys.keys()),
      ...names.map((_, i) => keys.map(({ values }) => values[i] as KeyValue)),
    ],
    keys.length,
  );
  writer.close();
}

/** `columns`: a key among them that has a note was a number or a time. */
export function tooMany(
  columns: readonly Pick<PlannedColumn, 'name' | 'note'>[],
  { by, max, bins }: Spec['partition'],
  count: number,
  rowCount: number,
): Failure {
  const isNumber = by.some(
    (name) =>
      entryOf(bins, name) === undefined &&
      columns.find((one) => one.name === name)?.note !== undefined,
  );
  const cause =
    count >= rowCount * 0.9
      ? 'Nearly every row has a key of its own, so it looks like an identifier'
      : isNumber
        ? 'A numeric or time column can be cut by `partition.bins`'
        : 'A coarser key would make models that see enough rows';
  return new Failure(
    'limit-exceeded',
    `\`partition.by\` (${by.join(', ')}) divides ${rowCount.toLocaleString('en-US')} rows into ${count.toLocaleString('en-US')} partitions, more than \`partition.max\` = ${max.toLocaleString('en-US')}. ${cause}; or raise \`partition.max\`.`,
  );
}
