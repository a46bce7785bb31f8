import type { Bins } from './binning.ts';

/** How often each pair of bins occurs. Bins that never occur have neither row nor column. */
export type Contingency = {
  readonly total: number;
  readonly rowTotals: Float64Array;
  readonly columnTotals: Float64Array;
  /** rows × columns, row-major. */
  readonly counts: Float64Array;
};

export function contingencyOf(a: Bins, b: Bins): Contingency {
  const [rows, columns] = [placesOf(a), placesOf(b)];
  const table: Contingency = {
    total: a.codes.length,
    rowTotals: new Float64Array(rows.count),
    columnTotals: new Float64Array(columns.count),
    counts: new Float64Array(rows.count * columns.count),
  };
  for (let i = 0; i < a.codes.length; i++) {
    const row = rows.places[a.codes[i] as number] as number;
    const column = columns.places[b.codes[i] as number] as number;
    addOne(table.rowTotals, row);
    addOne(table.columnTotals, column);
    addOne(table.counts, row * columns.count + column);
  }
  return table;
}

/** (rows − 1) · (columns − 1). */
export function degreesOfFreedom({ rowTotals, columnTotals }: Contingency): number {
  return (rowTotals.length - 1) * (columnTotals.length - 1);
}

function placesOf({ codes, count }: Bins): { readonly places: Int32Array; readonly count: number } {
  const places = new Int32Array(count).fill(-1);
  let next = 0;
  for (const code of codes) if (places[code] === -1) places[code] = next++;
  return { places, count: next };
}

function addOne(counts: Float64Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}
