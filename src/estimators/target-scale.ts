import { powerOfTwoAbove } from './training-rows.ts';

/** value = centre + scale · scaled; |scaled| ≤ 1 and `scale` is a power of two, so nothing is lost and no square overflows. */
export type ScaledTarget = {
  readonly centre: number;
  readonly scale: number;
  readonly scaled: Float64Array;
};

/** Numbers about their weighted mean, in units of the largest deviation. */
export function scaleTarget(values: Float64Array, weights?: Float64Array): ScaledTarget {
  const unit = powerOfTwoAbove(largestMagnitude(values));
  const shrunk = values.map((value) => value / unit);
  const centre = weightedMean(shrunk, weights);
  const deviations = shrunk.map((value) => value - centre);
  const spread = largestMagnitude(deviations);
  const scale = spread === 0 ? 1 : powerOfTwoAbove(spread);
  return {
    centre: centre * unit,
    scale: scale * unit,
    scaled: deviations.map((value) => value / scale),
  };
}

/** Between the least and the largest value whatever is rounded: the mean of equal numbers is that number. */
export function weightedMean(values: Float64Array, weights?: Float64Array): number {
  let sum = 0;
  let total = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const weight = weights?.[i] ?? 1;
    sum += weight * value;
    total += weight;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return Math.min(high, Math.max(low, sum / total));
}

/** Weighted; of numbers within ±1. */
export function rootMeanSquare(values: Float64Array, weights?: Float64Array): number {
  let squares = 0;
  let total = 0;
  values.forEach((value, i) => {
    const weight = weights?.[i] ?? 1;
    squares += weight * value * value;
    total += weight;
  });
  return Math.sqrt(squares / total);
}

function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
