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

/** Places of row numbers in a result that holds the rows of disjoint ranges, range after range, in the order given. */
export class RowPlaces {
  readonly rowCount: number;
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  readonly #offsets: readonly number[];

  constructor(ranges: readonly RowRange[]) {
    let rowCount = 0;
    const placed = ranges.map(({ start, count }) => ({
      start,
      end: start + count,
      offset: (rowCount += count) - count,
    }));
    this.rowCount = rowCount;
    const ascending = placed
      .filter(({ start, end }) => end > start)
      .sort((a, b) => a.start - b.start);
    this.#starts = ascending.map(({ start }) => start);
    this.#ends = ascending.map(({ end }) => end);
    this.#offsets = ascending.map(({ offset }) => offset);
    const overlap = ascending.find(({ end }, i) => end > (this.#starts[i + 1] ?? end));
    if (overlap)
      throw new RangeError(`Rows ${overlap.start} to ${overlap.end - 1} are asked for twice.`);
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
