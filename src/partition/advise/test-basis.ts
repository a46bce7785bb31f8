import { fitHandling } from '../../features/handle/fit-handling.ts';
import { seedOf } from '../../frame/digest.ts';
import { matrixColumn } from '../../frame/frame.ts';
import type { AdviserTable } from './adviser-table.ts';
import { neutralHandling } from './cheap-learners.ts';

/** What the residuals of each partition are held against: a constant and columns of mean 0 and variance 1. */
export type TestBasis = {
  /** rows × columns, row-major. */
  readonly values: Float64Array;
  /** The source column that each came from; null: the constant. */
  readonly origins: readonly (string | null)[];
};

/** More columns than this only cost time: numbers come first, then their squares, then text. */
const MAX_COLUMNS = 24;
/** Standard deviations; what lies beyond would decide alone. */
const FARTHEST = 3;

/** Every feature of the given rows that is not hidden as it is, and numbers squared as well: partitions may differ in slopes and in bends. */
export function testBasis(
  table: AdviserTable,
  rows: Int32Array,
  hidden: readonly string[],
): TestBasis {
  const columns = basisColumns(table, rows, hidden).slice(0, MAX_COLUMNS - 1);
  const width = columns.length + 1;
  const values = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    values[i * width] = 1;
    for (let j = 1; j < width; j++) values[i * width + j] = columns[j - 1]?.values[i] as number;
  }
  return { values, origins: [null, ...columns.map(({ origin }) => origin)] };
}

type BasisColumn = { readonly origin: string; readonly values: Float64Array };

function basisColumns(
  table: AdviserTable,
  rows: Int32Array,
  hidden: readonly string[],
): readonly BasisColumn[] {
  const { frame, features, target, weights, spec } = table;
  const handle = neutralHandling(table, true);
  const supports = { missing: false, weights: true, scaledInput: true };
  const seed = seedOf(spec.seed, 'advise', 'basis');
  const numbers: BasisColumn[] = [];
  const squares: BasisColumn[] = [];
  const texts: BasisColumn[] = [];
  for (const origin of features.filter((name) => !hidden.includes(name))) {
    const input = { frame, columns: [origin], target, rows, handle, supports, weights, seed };
    const { x } = fitHandling(input).training;
    const isNumber = frame.columns.find(({ name }) => name === origin)?.kind === 'number';
    for (let feature = 0; feature < x.names.length; feature++) {
      const values = standardised(matrixColumn(x, feature));
      if (values === null) continue;
      (isNumber ? numbers : texts).push({ origin, values });
      const square = isNumber ? standardised(values.map((z) => z * z)) : null;
      if (square !== null) squares.push({ origin, values: square });
    }
  }
  return [...numbers, ...squares, ...texts];
}

/** Null where all are the same. */
function standardised(values: Float64Array): Float64Array | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  if (!(variance > 1e-12 * (1 + mean * mean))) return null;
  const deviation = Math.sqrt(variance);
  return values.map((value) => Math.min(FARTHEST, Math.max(-FARTHEST, (value - mean) / deviation)));
}
