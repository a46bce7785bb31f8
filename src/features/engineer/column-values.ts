import { type Frame, requireColumn } from '../../frame/frame.ts';

/** The numbers of a column, or its microseconds; a `RangeError` on text, which the plan has refused before. */
export function numbersOf(frame: Frame, name: string): Float64Array {
  const column = requireColumn(frame, name);
  if (column.kind === 'category') throw new RangeError(`Column "${name}" is text.`);
  return column.kind === 'number' ? column.values : column.micros;
}

/** One new value per row from one column. */
export function mapNumbers(values: Float64Array, make: (value: number) => number): Float64Array {
  const made = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) made[i] = make(values[i] as number);
  return made;
}

/** One new value per row from two columns of one length. */
export function combineNumbers(
  left: Float64Array,
  right: Float64Array,
  make: (left: number, right: number) => number,
): Float64Array {
  const made = new Float64Array(left.length);
  for (let i = 0; i < left.length; i++) made[i] = make(left[i] as number, right[i] as number);
  return made;
}
