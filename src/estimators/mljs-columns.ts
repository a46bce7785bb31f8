import type { Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { factorise } from './cholesky.ts';
import { putStandardised, type Standardisation } from './standard-columns.ts';

/** Standardised columns that no other column explains: what the ml.js solvers can take without harm. */
export type SoundColumns = Standardisation & {
  /** Column numbers, ascending; constant columns and those that depend on earlier ones are left out. */
  readonly kept: readonly number[];
  /** One array per row, kept columns only. */
  readonly rows: readonly (readonly number[])[];
};

/** O(rows · columns²). `poll` may throw to end it. */
export function soundColumns(x: Matrix, poll: () => void): SoundColumns {
  const columns = x.names.length;
  const { z, products, centres, scales } = withKernels(poll, (kernels) => {
    const table = putStandardised(kernels, x, undefined, new Float64Array(x.rowCount));
    const out = kernels.reserveDoubles(columns * columns);
    kernels.calls.gram(table.at, x.rowCount, columns, table.weights, out);
    return {
      ...table,
      z: kernels.doublesAt(table.at, x.data.length).slice(),
      products: kernels.doublesAt(out, columns * columns).slice(),
    };
  });
  const { diagonal } = factorise(products, columns, poll);
  const kept = [...diagonal.keys()].filter((column) => (diagonal[column] as number) > 0);
  const rows = Array.from({ length: x.rowCount }, (_, i) =>
    kept.map((column) => z[column * x.rowCount + i] as number),
  );
  return { centres, scales, kept, rows };
}

/** Slopes of the kept, standardised columns in the units of all columns; the others have slope 0. */
export function slopesOf(
  { kept, scales }: SoundColumns,
  slopes: readonly number[],
  targetScale: number,
): Float64Array {
  const coefficients = new Float64Array(scales.length);
  kept.forEach((column, i) => {
    coefficients[column] = ((slopes[i] as number) / (scales[column] as number)) * targetScale;
  });
  return coefficients;
}
