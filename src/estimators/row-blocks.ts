import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';

/** Bytes of a block, about: a processor's second-level cache holds them beside what they meet. Eight rows may have more. */
const BLOCK_BYTES = 256 * 1024;
/** Numbers that caches fetch together. */
const LINE = 8;
/** A kernel that takes eight rows at a time may read what stands after the last. */
const SLACK = 8;

/** Column-major, its columns as close together as its rows are many. */
export type RowBlock = {
  readonly at: Pointer;
  /** Row of the table with which it begins. */
  readonly first: number;
  readonly rowCount: number;
};

/**
 * Shows `work` the rows of a column-major table in the kernels' memory, one block after the other in the same place: a
 * table is far larger than the caches, and a whole copy of it would only pass through them.
 */
export function eachRowBlock(
  kernels: Kernels,
  { data, rowCount }: { readonly data: Float64Array; readonly rowCount: number },
  work: (block: RowBlock) => void,
): void {
  if (rowCount === 0) return;
  const columns = data.length / rowCount;
  const most = Math.min(rowCount, rowsPerBlock(columns));
  const at = kernels.reserveDoubles(most * columns + SLACK);
  for (let first = 0; first < rowCount; first += most) {
    const count = Math.min(most, rowCount - first);
    const cells = kernels.doublesAt(at, count * columns);
    if (count === rowCount) cells.set(data);
    else
      for (let column = 0; column < columns; column++) {
        const from = column * rowCount + first;
        cells.set(data.subarray(from, from + count), column * count);
      }
    work({ at, first, rowCount: count });
  }
}

/** An odd number of lines per column: an even one would put the cells of a row into few places of a cache. */
function rowsPerBlock(columns: number): number {
  const lines = Math.floor(BLOCK_BYTES / (8 * LINE * Math.max(1, columns)));
  return LINE * (lines | 1);
}
