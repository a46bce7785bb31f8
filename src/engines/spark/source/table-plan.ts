import { Failure } from '../../../domain/failure.ts';
import { FIRST_INEXACT, type Holds } from '../../../sources/holds.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import { type TimeUnit, unitOf } from '../../../sources/time-unit.ts';
import type { DataType__Output } from '../connect/gen/spark/connect/DataType.ts';
import { type Expression, expression, quoted } from '../connect/plan.ts';

/** A column of a Spark table: `type` is Spark's word for its type. */
export type TableField = { readonly name: string; readonly type: string };

/** How a field lies in the raw copy of the table: `c0`, `c1` … */
export type RawField = TableField & { readonly wire: Wire; readonly column: string };
type Wire = 'integer' | 'number' | 'decimal' | 'boolean' | 'instant' | 'local_time' | 'text';

const WIRES: { readonly [type: string]: Wire } = {
  byte: 'integer',
  short: 'integer',
  integer: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  decimal: 'decimal',
  boolean: 'boolean',
  timestamp: 'instant',
  timestampNtz: 'local_time',
  date: 'local_time',
  string: 'text',
  char: 'text',
  varChar: 'text',
};

export function fieldsOf({ struct }: DataType__Output): readonly TableField[] {
  return (struct?.fields ?? []).map(({ name = '', dataType }) => ({
    name,
    type: typeName(dataType ?? {}),
  }));
}

function typeName(type: DataType__Output): string {
  const kind = type.kind ?? 'unknown';
  if (kind !== 'decimal') return kind;
  return `decimal(${type.decimal?.precision ?? 10},${type.decimal?.scale ?? 0})`;
}

/** The fields that a snapshot can hold. Throws `Failure('invalid-data')` for another one, unless the spec drops it. */
export function rawFields(
  fields: readonly TableField[],
  isDropped: (name: string) => boolean,
): { readonly kept: readonly RawField[]; readonly leftOut: readonly TableField[] } {
  const kept: RawField[] = [];
  const leftOut: TableField[] = [];
  for (const field of fields) {
    const wire = WIRES[field.type.replace(/\(.*/, '')];
    if (wire !== undefined) kept.push({ ...field, wire, column: `c${kept.length}` });
    else if (isDropped(field.name)) leftOut.push(field);
    else
      throw new Failure(
        'invalid-data',
        `Column \`${field.name}\` is ${field.type}, which no feature can be made of: put it under \`columns.drop\`, or take its parts out first.`,
      );
  }
  if (kept.length === 0) throw new Failure('invalid-data', 'The source has no columns.');
  return { kept, leftOut };
}

/** The value of a field in the raw copy. `timezone`: of times that name none. */
export function rawValue({ name, wire }: RawField, timezone: string): string {
  const value = quoted(name);
  switch (wire) {
    case 'integer':
      return `CAST(${value} AS BIGINT)`;
    case 'number':
    case 'decimal':
      return `CAST(${value} AS DOUBLE)`;
    case 'boolean':
    case 'text':
      return `CAST(${value} AS STRING)`;
    case 'instant':
      return `CAST(${value} AS TIMESTAMP_NTZ)`;
    case 'local_time': {
      const local = `CAST(${value} AS TIMESTAMP_NTZ)`;
      if (timezone === 'UTC') return local;
      return `convert_timezone('${timezone.replaceAll("'", "''")}', 'UTC', ${local})`;
    }
  }
}

/** What has to be known of all values of a raw column, as SQL aggregates in one struct. */
export function factsOf({ wire, column }: RawField): string {
  const largest = wire === 'integer' || wire === 'number' || wire === 'decimal';
  const present = wire === 'number' ? finite(column) : column;
  return `named_struct('present', count(${present}), 'constant', min(${present}) <=> max(${present}), 'distinct', approx_count_distinct(${present}), 'largest', ${largest ? `max(abs(CAST(${present} AS DOUBLE)))` : 'CAST(NULL AS DOUBLE)'})`;
}

export function holdsOf({ wire }: RawField, largest: number | null): Holds {
  return wire === 'integer' && (largest ?? 0) >= FIRST_INEXACT ? 'wide_integer' : wire;
}

/** What a snapshot column takes from the raw copy, and whether text is made of it by `prepare`. */
export type PreparedColumn = {
  readonly value: Expression;
  /** As `prepare` is given it. */
  readonly kind: SnapshotColumn['kind'];
  readonly isWritten: boolean;
  readonly unit?: TimeUnit;
};

export function preparedColumn(
  { wire, column }: RawField,
  { kind, holds }: Pick<SnapshotColumn, 'kind' | 'holds'>,
  largest: number | null,
): PreparedColumn {
  if (wire === 'instant' || wire === 'local_time')
    return { value: expression(column), kind: 'time', isWritten: kind === 'category' };
  if (wire === 'boolean' || wire === 'text')
    return { value: expression(column), kind: 'category', isWritten: false };
  if (holds === 'wide_integer')
    return { value: expression(`CAST(${column} AS STRING)`), kind: 'category', isWritten: false };
  const double = `CAST(${column} AS DOUBLE)`;
  if (kind === 'category') return { value: expression(double), kind: 'number', isWritten: true };
  if (kind === 'number')
    return { value: expression(finite(double)), kind: 'number', isWritten: false };
  const { unit, scale } = unitOf(largest ?? 0);
  const micros = `CAST(round(${finite(double)} ${scale}) AS BIGINT)`;
  const value = expression(`CAST(timestamp_micros(${micros}) AS TIMESTAMP_NTZ)`);
  return { value, kind: 'time', isWritten: false, unit };
}

/** Infinities and NaN are missing numbers. */
export function finite(double: string): string {
  return `CASE WHEN abs(${double}) < double('infinity') AND NOT isnan(${double}) THEN ${double} END`;
}
