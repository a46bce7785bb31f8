import { type Column, type Frame, findColumn, type RowRange } from '../frame/frame.ts';

/**
 * The members of a union, in order: one where the rows of the snapshot jump, and one where a key column changes. Steps
 * that look back never cross from one member into the next. Ranges of the frame, from row 0.
 */
export function memberRanges(
  frame: Frame,
  ranges: readonly RowRange[],
  key: readonly string[],
): readonly RowRange[] {
  const columns = key.flatMap((name) => findColumn(frame, name) ?? []);
  const members: RowRange[] = [];
  let start = 0;
  for (const border of borders(frame, ranges, columns)) {
    if (border > start) members.push({ start, count: border - start });
    start = border;
  }
  return members;
}

/** Row numbers where a member ends, ascending, the last one being the frame's end. */
function* borders(
  frame: Frame,
  ranges: readonly RowRange[],
  columns: readonly Column[],
): Generator<number> {
  let row = 0;
  for (const { count } of ranges) {
    const end = row + count;
    for (let next = row + 1; next < end; next++)
      if (columns.some((column) => differs(column, next - 1, next))) yield next;
    yield end;
    row = end;
  }
  if (row !== frame.rowCount) yield frame.rowCount;
}

function differs(column: Column, a: number, b: number): boolean {
  switch (column.kind) {
    case 'category':
      return column.codes[a] !== column.codes[b];
    case 'number':
      return !Object.is(column.values[a], column.values[b]);
    case 'time':
      return !Object.is(column.micros[a], column.micros[b]);
  }
}
