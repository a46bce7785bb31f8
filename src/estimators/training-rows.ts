import { type Matrix, takeCodes, takeMatrixRows, takeNumbers } from '../frame/frame.ts';
import type { Target } from './estimator.ts';

/** The rows that a fit learns from: every weight is positive, and there are none when all are equal to 1. */
export type TrainingRows<T extends Target = Target> = {
  readonly x: Matrix;
  readonly y: T;
  readonly weights: Float64Array | undefined;
};

/** Leaves out rows without weight; weights that are all zero count as all one. */
export function weighedRows<T extends Target>(
  x: Matrix,
  y: T,
  weights: Float64Array | undefined,
): TrainingRows<T> {
  if (weights === undefined) return { x, y, weights };
  const rows = Int32Array.from(weights.keys()).filter((row) => (weights[row] as number) > 0);
  if (rows.length === 0) return { x, y, weights: undefined };
  const taken = takeNumbers(weights, rows);
  const kept = taken.every((weight) => weight === 1) ? undefined : taken;
  if (rows.length === x.rowCount) return { x, y, weights: kept };
  return { x: takeMatrixRows(x, rows), y: takeTarget(y, rows), weights: kept };
}

/**
 * Weights with a mean between ½ and 1, for algorithms that only look at their ratios; none when all are equal. The
 * factor is a power of two, so a weight of 2 stays exactly twice a weight of 1.
 */
export function relativeWeights(weights: Float64Array | undefined): Float64Array | undefined {
  if (weights === undefined || weights.every((weight) => weight === weights[0])) return undefined;
  const largest = weights.reduce((a, b) => Math.max(a, b), 0);
  const shrunk = weights.map((weight) => weight / powerOfTwoAbove(largest));
  const mean = shrunk.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const factor = powerOfTwoAbove(mean);
  return shrunk.map((weight) => weight / factor);
}

/** The least power of two that is at least `value` (a positive number); no result is subnormal or infinite. */
export function powerOfTwoAbove(value: number): number {
  let power = 1;
  while (power < value && power < 2 ** 1023) power *= 2;
  while (power / 2 >= value && power > 2 ** -1000) power /= 2;
  return power;
}

function takeTarget<T extends Target>(y: T, rows: Int32Array): T {
  return y.kind === 'classes'
    ? { ...y, codes: takeCodes(y.codes, rows) }
    : { ...y, values: takeNumbers(y.values, rows) };
}
