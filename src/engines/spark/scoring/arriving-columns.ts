import { Failure } from '../../../domain/failure.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import { UNITS } from '../../../sources/time-unit.ts';
import { finite, type RawField, rawValue } from '../source/table-plan.ts';

/** How a column of a table comes to a worker. `sql` null: as it stands in the table. */
export type ArrivingColumn = {
  readonly kind: SnapshotColumn['kind'];
  readonly sql: string | null;
};

/**
 * What a worker needs of a field to read it as training did; texts are read there. Throws `Failure('invalid-data')` where
 * its type can't hold what training read. `timezone`: of times that name none.
 */
export function arrivingColumn(
  field: RawField,
  { kind, unit }: Pick<SnapshotColumn, 'kind' | 'unit'>,
  timezone: string,
): ArrivingColumn {
  const { name, wire, type } = field;
  const value = rawValue(field, timezone);
  const isNumber = wire === 'integer' || wire === 'number' || wire === 'decimal';
  if (wire === 'text') return { kind: 'category', sql: type === 'string' ? null : value };
  // Digits beyond 2^53 are lost in a double.
  if (wire === 'boolean' || (wire === 'integer' && kind === 'category'))
    return { kind: 'category', sql: `CAST(${value} AS STRING)` };
  if (isNumber && kind === 'time') {
    if (unit === undefined) throw new Failure('invalid-data', otherType(name, type, 'times'));
    const micros = `CAST(round(${finite(`CAST(${value} AS DOUBLE)`)} ${UNITS[unit].micros}) AS BIGINT)`;
    return { kind: 'time', sql: `CAST(timestamp_micros(${micros}) AS TIMESTAMP_NTZ)` };
  }
  if (isNumber)
    return { kind: 'number', sql: type === 'double' ? null : `CAST(${value} AS DOUBLE)` };
  if (kind === 'number') throw new Failure('invalid-data', otherType(name, type, 'numbers'));
  return { kind: 'time', sql: value };
}

function otherType(name: string, type: string, read: string): string {
  return `Column \`${name}\` is ${type}, and training read ${read} there: give it that type in the table or in a view.`;
}
