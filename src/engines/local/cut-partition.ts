import type { CategoryColumn, Column, Frame, RowRange } from '../../frame/frame.ts';
import type { PartitionRef } from '../../partition/partition-function.ts';
import type { LoadedPartition } from '../thread/thread-task.ts';

/** Rows of a snapshot as they were read: range after range, ranges ascending and disjoint. */
export type RowBlock = {
  readonly ranges: readonly RowRange[];
  /** Position of each range's first row in the frame. */
  readonly offsets: readonly number[];
  readonly frame: Frame;
  /** 16 bytes per row, or none at all. */
  readonly rowHashes: Uint8Array;
};

export function createRowBlock(
  ranges: readonly RowRange[],
  rows: Pick<RowBlock, 'frame' | 'rowHashes'>,
): RowBlock {
  let next = 0;
  const offsets = ranges.map(({ count }) => {
    next += count;
    return next - count;
  });
  if (next !== rows.frame.rowCount)
    throw new RangeError(`${next} rows were asked for, ${rows.frame.rowCount} were read.`);
  return { ranges, offsets, frame: rows.frame, rowHashes: rows.rowHashes };
}

/** Rows of a block, first row and count. */
type Piece = { readonly from: number; readonly count: number };

/**
 * One partition's rows out of a block, copied to shared memory so that several threads may read them. Its categories
 * have the levels of its own rows only: what is read beside a partition never changes what its function sees.
 */
export function cutPartition(block: RowBlock, partition: PartitionRef): LoadedPartition {
  const pieces = partition.ranges
    .filter(({ count }) => count > 0)
    .map((range) => locate(block, range));
  const rowCount = pieces.reduce((sum, { count }) => sum + count, 0);
  const hashBytes = block.rowHashes.length === 0 ? 0 : rowCount * 16;
  const rowHashes = new Uint8Array(new SharedArrayBuffer(hashBytes));
  let done = 0;
  for (const { from, count } of pieces) {
    rowHashes.set(block.rowHashes.subarray(from * 16, (from + count) * 16), done * 16);
    done += count;
  }
  const columns = block.frame.columns.map((column) => cutColumn(column, pieces, rowCount));
  return { frame: { rowCount, columns }, rowHashes };
}

/** Where the rows lie in the block: a search by halves, for a union may have thousands of ranges. */
function locate({ ranges, offsets }: RowBlock, { start, count }: RowRange): Piece {
  let low = 0;
  let high = ranges.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as RowRange).start <= start) low = middle;
    else high = middle;
  }
  const range = ranges[low];
  if (range === undefined || start < range.start || start + count > range.start + range.count)
    throw new RangeError(`Rows ${start} to ${start + count} were not read.`);
  return { from: (offsets[low] as number) + start - range.start, count };
}

function cutColumn(column: Column, pieces: readonly Piece[], rowCount: number): Column {
  switch (column.kind) {
    case 'number':
      return { ...column, values: cutNumbers(column.values, pieces, rowCount) };
    case 'time':
      return { ...column, micros: cutNumbers(column.micros, pieces, rowCount) };
    case 'category':
      return cutCategory(column, pieces, rowCount);
  }
}

function cutNumbers(
  values: Float64Array,
  pieces: readonly Piece[],
  rowCount: number,
): Float64Array<SharedArrayBuffer> {
  const cut = new Float64Array(new SharedArrayBuffer(rowCount * 8));
  let done = 0;
  for (const { from, count } of pieces) {
    cut.set(values.subarray(from, from + count), done);
    done += count;
  }
  return cut;
}

function cutCategory(
  column: CategoryColumn,
  pieces: readonly Piece[],
  rowCount: number,
): CategoryColumn {
  const codes = new Int32Array(new SharedArrayBuffer(rowCount * 4));
  let done = 0;
  for (const { from, count } of pieces) {
    codes.set(column.codes.subarray(from, from + count), done);
    done += count;
  }
  return { ...column, codes, levels: compactLevelsInto(column.levels, codes) };
}

/** Recodes to the levels in use, which keep their order; the result is those levels. */
function compactLevelsInto(levels: readonly string[], codes: Int32Array): readonly string[] {
  const newCodes = new Int32Array(levels.length).fill(-1);
  for (const code of codes) if (code >= 0) newCodes[code] = 0;
  const used: string[] = [];
  levels.forEach((level, code) => {
    if (newCodes[code] === 0) newCodes[code] = used.push(level) - 1;
  });
  if (used.length === levels.length) return levels;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (code >= 0) codes[i] = newCodes[code] as number;
  }
  return used;
}
