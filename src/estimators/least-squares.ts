import type { Matrix } from '../frame/frame.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import type { FitOptions, Model, Target } from './estimator.ts';
import { linearImportance } from './importance.ts';
import { createLinearModel } from './linear-model.ts';
import { pollOf } from './polling.ts';
import { putStandardised, type Standardisation } from './standard-columns.ts';
import { type ScaledTarget, scaleTarget } from './target-scale.ts';
import { type TrainingRows, weighedRows } from './training-rows.ts';

/** Weighted sums over the rows of a regression: all that a quadratic loss needs. */
export type LeastSquares = Standardisation & {
  /** Of the standardised columns with each other: columns × columns. */
  readonly products: Float64Array;
  /** Of the standardised columns with the scaled target. */
  readonly projections: Float64Array;
  /** Of the scaled target with itself. */
  readonly targetSquares: number;
  readonly totalWeight: number;
  /** One unit of the scaled target in the target's own units. */
  readonly targetScale: number;
  /** The projections of what slopes of the standardised columns leave of the target; O(rows · columns). */
  readonly leftOver: (slopes: Float64Array) => Float64Array;
  readonly poll: () => void;
};

/**
 * The linear model whose slopes of the standardised columns `solve` finds; the intercept is free. Costs
 * rows · columns² / 2 multiplications besides.
 */
export function fitLeastSquares(
  algorithm: string,
  { x, y }: { readonly x: Matrix; readonly y: Target },
  { weights, stop }: FitOptions,
  solve: (problem: LeastSquares) => Float64Array,
): Model {
  if (y.kind !== 'values') throw new RangeError(`${algorithm} predicts values, not classes.`);
  const rows = weighedRows(x, y, weights);
  const target = scaleTarget(rows.y.values, rows.weights);
  const poll = pollOf(stop);
  const { slopes, centres, scales } = withKernels(poll, (kernels) => {
    const problem = problemOf(kernels, rows, target, poll);
    return { ...problem, slopes: solve(problem) };
  });
  const coefficients = slopes.map((slope, j) => {
    const deviation = scales[j] as number;
    return deviation === 0 ? 0 : (slope / deviation) * target.scale;
  });
  const intercept = coefficients.reduce(
    (sum, value, j) => sum - value * (centres[j] as number),
    target.centre,
  );
  return createLinearModel({
    algorithm,
    classCount: 0,
    present: new Int32Array(0),
    columns: x.names.length,
    coefficients,
    intercepts: Float64Array.of(intercept),
    importance: linearImportance(coefficients, scales),
    centres,
  });
}

function problemOf(
  kernels: Kernels,
  { x, weights }: TrainingRows,
  { scaled, scale }: ScaledTarget,
  poll: () => void,
): LeastSquares {
  const columns = x.names.length;
  const size = columns + 1;
  const table = putStandardised(kernels, x, weights, scaled);
  const out = kernels.reserveDoubles(size * size);
  kernels.calls.gram(table.at, x.rowCount, size, table.weights, out);
  const sums = kernels.doublesAt(out, size * size).slice();
  const products = new Float64Array(columns * columns);
  const projections = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    products.set(sums.subarray(j * size, j * size + columns), j * columns);
    projections[j] = sums[j * size + columns] as number;
  }
  const slopesAt = kernels.reserveDoubles(columns);
  const leftAt = kernels.reserveDoubles(columns);
  const target = table.at + x.data.byteLength;
  return {
    centres: table.centres,
    scales: table.scales,
    products,
    projections,
    targetSquares: sums[size * size - 1] as number,
    totalWeight: weights?.reduce((sum, weight) => sum + weight, 0) ?? x.rowCount,
    targetScale: scale,
    leftOver: (slopes) => {
      kernels.doublesAt(slopesAt, columns).set(slopes);
      const { at } = table;
      kernels.calls.residualGradient(
        at,
        x.rowCount,
        columns,
        target,
        table.weights,
        slopesAt,
        0,
        false,
        leftAt,
        0,
      );
      return kernels.doublesAt(leftAt, columns).slice();
    },
    poll,
  };
}

/** `products` with one number more on each place of the diagonal. */
export function withDiagonal(
  products: Float64Array,
  additions: (column: number) => number,
): Float64Array {
  const size = Math.sqrt(products.length);
  const matrix = products.slice();
  for (let j = 0; j < size; j++)
    matrix[j * size + j] = (matrix[j * size + j] as number) + additions(j);
  return matrix;
}

/** A penalty is on coefficients in the columns' own units: (slope / deviation)²; a constant column has none. */
export function penaltyUnit(deviation: number): number {
  return deviation === 0 ? 1 : deviation * deviation;
}
