import { Failure } from '../../domain/failure.ts';
import { instantMillis } from '../../spec/map.ts';
import type { Partition } from './row-function.ts';

/** The named columns, or all that are numbers and stand for nothing else. Throws `RangeError` for a name that is none. */
export function numbersOf(
  partition: Partition,
  named: readonly string[] | undefined,
): readonly { readonly name: string; readonly values: Float64Array }[] {
  const names =
    named ?? partition.columns.filter(({ kind }) => kind === 'number').map(({ name }) => name);
  return names.map((name) => ({ name, values: partition.numbers(name) }));
}

/** For each row: 0 before the moment, 1 from it on, −1 where the row has no time. */
export function periodsOf(partition: Partition, at: string): Int8Array {
  if (partition.time === null)
    throw new Failure('invalid-spec', 'Two periods need an order of rows: name it in `time`.');
  const border = instantMillis(at) * 1000;
  return Int8Array.from(partition.times(partition.time), (micros) =>
    Number.isNaN(micros) ? -1 : Number(micros >= border),
  );
}

/** The values of both periods that are there. */
export function splitByPeriod(
  values: Float64Array,
  periods: Int8Array,
): readonly [reference: Float64Array, current: Float64Array] {
  const present = (period: number) =>
    values.filter((value, i) => periods[i] === period && Number.isFinite(value));
  return [present(0), present(1)];
}

/** A statistic that can not be told is missing. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** What names the rows for people; empty where no column does. */
export function idsOf(partition: Partition, name: string | undefined): readonly (string | null)[] {
  if (name === undefined) return [];
  const kind = partition.columns.find((column) => column.name === name)?.kind;
  if (kind === 'number')
    return Array.from(partition.numbers(name), (value) =>
      Number.isNaN(value) ? null : `${value}`,
    );
  return partition.texts(name);
}
