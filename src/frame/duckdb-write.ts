import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBBigIntVector,
  DuckDBBooleanVector,
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
/** Of booleans there are tables, but no source is read into one: they are text to models. */
export type WrittenType = TableType | 'BOOLEAN';
export type TableColumn = { readonly name: string; readonly type: WrittenType };

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
/** The same, and a list of booleans for BOOLEAN. */
export type WrittenValues = ColumnValues | readonly (boolean | null)[];

const TYPES: { readonly [type in WrittenType]: DuckDBType } = {
  DOUBLE,
  INTEGER,
  BIGINT,
  UBIGINT,
  VARCHAR,
  BOOLEAN,
  TIMESTAMP,
  TIMESTAMPTZ,
};

export function duckdbType(type: WrittenType): DuckDBType {
  return TYPES[type];
}

/** Puts `count` values from `start` into a vector of a new chunk. A value of the wrong kind is a bug: `TypeError`. */
export function writeColumn(
  values: WrittenValues,
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

function setItem(
  vector: DuckDBVector,
  i: number,
  value: number | bigint | string | boolean | null,
): void {
  if (value === null) vector.setItem(i, null);
  else if (typeof value === 'boolean' && vector instanceof DuckDBBooleanVector)
    vector.setItem(i, value);
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
