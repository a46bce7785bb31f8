import {
  BIGINT,
  DOUBLE,
  DuckDBBigIntVector,
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  DuckDBTimestampTZValue,
  DuckDBTimestampTZVector,
  DuckDBTimestampValue,
  DuckDBTimestampVector,
  type DuckDBType,
  DuckDBUBigIntVector,
  DuckDBVarCharVector,
  type DuckDBVector,
  INTEGER,
  TIMESTAMP,
  TIMESTAMPTZ,
  UBIGINT,
  VARCHAR,
} from '@duckdb/node-api';

/** The types of tables that are written row by row. */
export type TableType =
  | 'DOUBLE'
  | 'INTEGER'
  | 'BIGINT'
  | 'UBIGINT'
  | 'VARCHAR'
  | 'TIMESTAMP'
  | 'TIMESTAMPTZ';
export type TableColumn = { readonly name: string; readonly type: TableType };

/**
 * The values of one column: typed arrays where nothing is missing (timestamps as µs), lists where null means missing.
 * A list of numbers suits DOUBLE and INTEGER, of bigint BIGINT, UBIGINT and both timestamps, of strings VARCHAR.
 */
export type ColumnValues =
  | Float64Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | readonly (number | null)[]
  | readonly (bigint | null)[]
  | readonly (string | null)[];

const TYPES: { readonly [type in TableType]: DuckDBType } = {
  DOUBLE,
  INTEGER,
  BIGINT,
  UBIGINT,
  VARCHAR,
  TIMESTAMP,
  TIMESTAMPTZ,
};

export function duckdbType(type: TableType): DuckDBType {
  return TYPES[type];
}

/** Puts `count` values from `start` into a vector of a new chunk. A value of the wrong kind is a bug: `TypeError`. */
export function writeColumn(
  values: ColumnValues,
  start: number,
  count: number,
  vector: DuckDBVector,
): void {
  if (values instanceof BigUint64Array && vector instanceof DuckDBUBigIntVector)
    vector['items'].set(values.subarray(start, start + count));
  else if (values instanceof Float64Array && vector instanceof DuckDBDoubleVector)
    vector['items'].set(values.subarray(start, start + count));
  else for (let i = 0; i < count; i++) setItem(vector, i, values[start + i] ?? null);
  vector.flush();
}

function setItem(vector: DuckDBVector, i: number, value: number | bigint | string | null): void {
  if (value === null) vector.setItem(i, null);
  else if (typeof value === 'string' && vector instanceof DuckDBVarCharVector)
    vector.setItem(i, value);
  else if (
    typeof value === 'number' &&
    (vector instanceof DuckDBDoubleVector || vector instanceof DuckDBIntegerVector)
  )
    vector.setItem(i, value);
  else if (typeof value === 'bigint') setWideItem(vector, i, value);
  else throw new TypeError(`No ${vector.type.toString()}: ${typeof value}.`);
}

function setWideItem(vector: DuckDBVector, i: number, value: bigint): void {
  if (vector instanceof DuckDBBigIntVector || vector instanceof DuckDBUBigIntVector)
    vector.setItem(i, value);
  else if (vector instanceof DuckDBTimestampVector)
    vector.setItem(i, new DuckDBTimestampValue(value));
  else if (vector instanceof DuckDBTimestampTZVector)
    vector.setItem(i, new DuckDBTimestampTZValue(value));
  else throw new TypeError(`No ${vector.type.toString()}: bigint.`);
}
