import { distinctNames } from '../frame/distinct-names.ts';
import type { WrittenType, WrittenValues } from '../frame/duckdb-write.ts';
import { numbersFromBytes, textsFromBytes } from '../partition/map/row-bytes.ts';
import type { OutputSchema, OutputType } from '../partition/map/row-function.ts';
import type { PartitionResult } from '../partition/partition-function.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import { type MadeColumn, repeated } from './answer-columns.ts';

/** The rows that a function gave for one partition. */
export type MappedRows = {
  readonly partition: SnapshotPartition;
  readonly rows: number;
  readonly blobs: PartitionResult['blobs'];
};

const TABLE_TYPES: { readonly [type in OutputType]: WrittenType } = {
  number: 'DOUBLE',
  integer: 'BIGINT',
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** The key, then what the function declares; a key column that is named like one of those gets a number. */
export function mappedColumns(
  by: readonly string[],
  output: OutputSchema,
): readonly MadeColumn<MappedRows>[] {
  const names = distinctNames(by, Object.keys(output));
  return [
    // Partitions arrive in any order: for the order of the file only.
    {
      name: 'ordinal',
      type: 'INTEGER',
      valuesOf: ({ partition, rows }) => new Int32Array(rows).fill(partition.ordinal),
    },
    ...by.map(
      (column, i): MadeColumn<MappedRows> => ({
        name: names[i] as string,
        type: 'VARCHAR',
        valuesOf: ({ partition, rows }) => repeated(partition.key[column] ?? null, rows),
      }),
    ),
    ...Object.entries(output).map(
      ([name, type], i): MadeColumn<MappedRows> => ({
        name,
        type: TABLE_TYPES[type],
        valuesOf: ({ blobs }) => valuesOf(blobs.get(`c${i}`) ?? new Uint8Array(), type),
      }),
    ),
  ];
}

function valuesOf(bytes: Uint8Array, type: OutputType): WrittenValues {
  if (type === 'text') return textsFromBytes(bytes);
  const numbers = numbersFromBytes(bytes);
  const each = <Value>(value: (number: number) => Value) =>
    Array.from(numbers, (number) => (Number.isNaN(number) ? null : value(number)));
  switch (type) {
    case 'number':
      return each((number) => number);
    case 'boolean':
      return each((number) => number !== 0);
    case 'integer':
    case 'timestamp':
      return each(BigInt);
  }
}
