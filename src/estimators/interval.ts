import { isLowerBetter, type Metric } from '../domain/metric.ts';
import type { Measured } from './metrics/measure.ts';
import { type ScoredRows, weightOf } from './metrics/scored-rows.ts';
import { NORMAL_95, student95 } from './normal-distribution.ts';
import { byObservation } from './observations.ts';
import { measure } from './score.ts';

/** 95 %. */
export type Interval = { readonly low: number; readonly high: number };

/**
 * The 95 % interval of a score, from the influence of its rows (no resampling: the same rows give the same interval);
 * `null` where there is no score or one row only. It stays within the metric's range: shares by Wilson's formula with
 * the number of rows that would give the same variance, losses (and 1 − r2) on a logarithmic scale. `inflation`: how many
 * times the variance of independent rows theirs is.
 */
export function scoreInterval(metric: Metric, rows: ScoredRows, inflation = 1): Interval | null {
  return intervalOf(measure(metric, rows), metric, rows, inflation);
}

/** `scoreInterval` of rows that are measured already. */
export function intervalOf(
  { score: { value }, influence }: Measured,
  metric: Metric,
  rows: ScoredRows,
  inflation: number,
): Interval | null {
  if (value === null || rows.truth.length < 2) return null;
  const { values, weights } = byObservation(influence(), rows);
  if (values.length < 2) return null;
  const error = standardError(values, weights) * Math.sqrt(inflation);
  const size = effectiveRows(values.length, weights) / inflation;
  const interval = intervalOn(metric, { value, error, size });
  return Number.isFinite(interval.low) && Number.isFinite(interval.high) ? interval : null;
}

/**
 * How many times the variance of a cross-validated score is that of independent rows: every row that is scored has trained
 * the models of the other folds. 1 + k ÷ (k − 1) for k folds (Nadeau and Bengio 2003); of one fold, a holdout, 1.
 */
export function crossValidationInflation(folds: number): number {
  return folds < 2 ? 1 : 1 + folds / (folds - 1);
}

/** √ Σ (w/W)²·ψ², with the usual correction for few rows. */
export function standardError(influence: Float64Array, weights: Float64Array | undefined): number {
  let squares = 0;
  let total = 0;
  for (let i = 0; i < influence.length; i++) {
    const weight = weightOf(weights, i);
    squares += (weight * (influence[i] as number)) ** 2;
    total += weight;
  }
  return Math.sqrt((squares / total ** 2) * (influence.length / (influence.length - 1)));
}

/** Rows of equal weight that carry as much information: (Σ w)² ÷ Σ w² (Kish 1965). */
export function effectiveRows(count: number, weights: Float64Array | undefined): number {
  if (weights === undefined) return count;
  const [sum, squares] = weights.reduce(
    ([total, square], weight) => [total + weight, square + weight ** 2],
    [0, 0],
  );
  return sum ** 2 / squares;
}

type Estimate = { readonly value: number; readonly error: number; readonly size: number };

function intervalOn(metric: Metric, estimate: Estimate): Interval {
  const { value, error, size } = estimate;
  if (isLowerBetter(metric)) return lossInterval(estimate);
  if (metric === 'r2') {
    const { low, high } = lossInterval({ value: 1 - value, error, size });
    return { low: 1 - high, high: 1 - low };
  }
  if (metric === 'mcc' || metric === 'kappa') {
    // From −1 … 1.
    const { low, high } = shareInterval({ value: (value + 1) / 2, error: error / 2, size });
    return { low: 2 * low - 1, high: 2 * high - 1 };
  }
  return shareInterval(estimate);
}

/** Wilson (1927), the number of rows taken from the variance: the binomial interval where the metric is accuracy. */
function shareInterval({ value, error, size }: Estimate): Interval {
  const spread = value * (1 - value);
  const rows = error > 0 && spread > 0 ? spread / error ** 2 : size;
  const square = NORMAL_95 ** 2;
  const centre = (value + square / (2 * rows)) / (1 + square / rows);
  const reach =
    (NORMAL_95 / (1 + square / rows)) * Math.sqrt(spread / rows + square / (4 * rows ** 2));
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

/** value·exp(± t·error ÷ value): never below 0, and wider above than below, as losses scatter. */
function lossInterval({ value, error, size }: Estimate): Interval {
  if (value <= 0 || error === 0) return { low: value, high: value };
  const factor = Math.exp((student95(Math.max(1, size - 1)) * error) / value);
  return { low: value / factor, high: value * factor };
}
