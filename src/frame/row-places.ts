import type { RowRange } from './frame.ts';

/** Where the rows of a chunk stand in a result. */
export type Placing = {
  /** Place per row; −1 = not wanted. */
  readonly places: Int32Array;
  /** The place of the first row when every row follows the one before, else −1. */
  readonly run: number;
  /** How many rows are wanted. */
  readonly found: number;
};

/** Places of row numbers in a result that holds the rows of ranges (ascending, disjoint), range after range. */
export class RowPlaces {
  readonly rowCount: number;
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  readonly #offsets: readonly number[];

  constructor(ranges: readonly RowRange[]) {
    this.#starts = ranges.map(({ start }) => start);
    this.#ends = ranges.map(({ start, count }) => start + count);
    let rowCount = 0;
    this.#offsets = ranges.map(({ count }) => (rowCount += count) - count);
    this.rowCount = rowCount;
  }

  locate(rows: Int32Array): Placing {
    const places = new Int32Array(rows.length);
    let range = 0;
    let found = 0;
    let isRun = true;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      if (!this.#holds(range, row)) range = this.#rangeOf(row);
      const isWanted = this.#holds(range, row);
      places[i] = isWanted
        ? (this.#offsets[range] as number) + row - (this.#starts[range] as number)
        : -1;
      if (isWanted) found++;
      isRun &&= isWanted && places[i] === (places[0] as number) + i;
    }
    return { places, run: isRun ? (places[0] ?? -1) : -1, found };
  }

  #holds(range: number, row: number): boolean {
    return row >= (this.#starts[range] as number) && row < (this.#ends[range] as number);
  }

  /** The last range that starts at or before the row (binary search). */
  #rangeOf(row: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
