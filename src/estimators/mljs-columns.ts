import type { Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { factorise } from './cholesky.ts';
import { type Standardisation, standardiseInto } from './standard-columns.ts';

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
  const z = new Float64Array(x.data.length);
  const standardisation = standardiseInto(x, undefined, z);
  const products = withKernels(poll, (kernels) => {
    const out = kernels.reserveDoubles(columns * columns);
    kernels.calls.gram(kernels.put(z), x.rowCount, columns, 0, out);
    return kernels.doublesAt(out, columns * columns).slice();
  });
  const { diagonal } = factorise(products, columns, poll);
  const kept = [...diagonal.keys()].filter((column) => (diagonal[column] as number) > 0);
  const rows = Array.from({ length: x.rowCount }, (_, i) =>
    kept.map((column) => z[column * x.rowCount + i] as number),
  );
  return { ...standardisation, kept, rows };
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
