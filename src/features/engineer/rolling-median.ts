import type { Segment } from './step.ts';

/**
 * Median of the last `window` rows of a segment, missing values left out. The window is kept sorted: a value enters and
 * leaves by binary search and one memory move, O(window) bytes per row.
 */
export function slideMedianInto(
  values: Float64Array,
  window: number,
  { start, end }: Segment,
  out: Float64Array,
): void {
  const sorted = new Float64Array(Math.min(window, end - start) + 1);
  let size = 0;
  for (let row = start; row < end; row++) {
    const entering = values[row] as number;
    if (!Number.isNaN(entering)) {
      const at = positionOf(sorted, size, entering);
      sorted.copyWithin(at + 1, at, size++);
      sorted[at] = entering;
    }
    const leaving = row - window >= start ? (values[row - window] as number) : Number.NaN;
    if (!Number.isNaN(leaving)) {
      const at = positionOf(sorted, size, leaving);
      sorted.copyWithin(at, at + 1, size--);
    }
    out[row] = medianOf(sorted, size);
  }
}

/** Index of the first of `size` sorted values that is not below `value`. */
function positionOf(sorted: Float64Array, size: number, value: number): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function medianOf(sorted: Float64Array, size: number): number {
  if (size === 0) return Number.NaN;
  const upper = sorted[size >> 1] as number;
  return size % 2 === 1 ? upper : ((sorted[(size >> 1) - 1] as number) + upper) / 2;
}
