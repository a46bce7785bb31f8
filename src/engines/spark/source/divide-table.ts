import {
  comparePartitions,
  type KeyValue,
  type PartitionKey,
  partitionText,
} from '../../../domain/partition.ts';
import { checkKeyPresent, tooMany } from '../../../sources/divide-rows.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import type { TableSpec } from '../../../spec/spec.ts';
import { sql } from '../connect/plan.ts';
import { fileTable } from './copy-source.ts';
import type { SparkTables } from './spark-tables.ts';

/** A partition with its place in the snapshot. */
export type PlacedKey = {
  readonly text: string;
  readonly key: PartitionKey;
  /** In the order of the spec's columns. */
  readonly values: readonly KeyValue[];
  readonly start: number;
  readonly count: number;
};

/** The partitions in text order. Throws `Failure('limit-exceeded')` beyond `partition.max`. */
export async function divideTable(
  tables: SparkTables,
  {
    spec,
    columns,
    rowCount,
    path,
  }: {
    readonly columns: readonly SnapshotColumn[];
    readonly spec: TableSpec;
    readonly rowCount: number;
    readonly path: string;
  },
): Promise<readonly PlacedKey[]> {
  const { by, max } = spec.partition;
  const names = by.map((_, i) => `k${i}`).join(', ');
  const rows = await tables.rows(
    // One more than is allowed tells that there are too many.
    sql(
      `SELECT ${names}, count(1) AS row_count FROM ${fileTable(path)} GROUP BY ${names} LIMIT ${max + 1}`,
    ),
  );
  if (rows.length > max) throw tooMany(columns, spec.partition, rows.length, rowCount);
  const keys = rows
    .map((row) => {
      const values = by.map((_, i) => (row[`k${i}`] ?? null) as KeyValue);
      return { text: partitionText(by, values), values, count: Number(row['row_count']) };
    })
    .sort((a, b) => comparePartitions(a.text, b.text));
  checkKeyPresent({ keys }, by);
  let start = 0;
  return keys.map((one) => {
    start += one.count;
    const key = Object.fromEntries(by.map((name, i) => [name, one.values[i] ?? null]));
    return { ...one, key, start: start - one.count };
  });
}
