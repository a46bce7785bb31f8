import { isLowerBetter, type Metric, TIE } from '../domain/metric.ts';
import { areFinite } from '../frame/frame.ts';
import { FalseDiscovery } from './false-discovery.ts';
import { effectiveRows, type Interval, standardError } from './interval.ts';
import { type ScoredRows, weightOf } from './metrics/scored-rows.ts';
import { NORMAL_95, student95, upperTail } from './normal-distribution.ts';
import { byObservation } from './observations.ts';
import { measure } from './score.ts';

/** Two models on identical rows. */
export type Comparison = {
  /** Score of the first minus score of the second, positive = the first is better, whatever the metric's direction. */
  readonly difference: number;
  readonly interval: Interval;
  /** One-sided: the first is no better than the second. At most 2.5 % exactly where all of `interval` is above 0. */
  readonly pValue: number;
  readonly rows: number;
};

/** Share of false "own" verdicts among all of them that a user must accept. */
const FALSE_DISCOVERY_RATE = 0.05;

/**
 * Compares two models' predictions of the same rows under any metric; `null` where one has no score or there is one row
 * only. Each row's contribution d to the difference is its influence on both scores. The test is that of the
 * self-normalised sum Σd ÷ √Σd², normal under the null, for which a single row can't decide (Efron 1969); the sum is
 * first brought nearer to zero by Σ|d|³ ÷ Σd², the size of a typical step: Yates' correction, which makes it McNemar's
 * test where the metric is accuracy. The 95 % interval is the test's own inversion: the differences
 * that it does not reject at 2.5 % on either side. What several repeats say of one row is one contribution, their mean. Identical predictions have difference 0, interval [0, 0] and p = 1.
 */
export function comparePaired(
  metric: Metric,
  first: ScoredRows,
  second: ScoredRows,
): Comparison | null {
  const contributions = contributionsTo(metric, first, second);
  if (contributions === null) return null;
  const { difference } = contributions;
  const { values: ofRows, weights } = byObservation(contributions.ofRows, first);
  const rows = ofRows.length;
  if (rows < 2) return null;
  const { squares, cubes } = sumsOf(ofRows, weights);
  const step = squares === 0 ? 0 : cubes / squares;
  // Predictions that differ by rounding alone.
  if (Math.max(Math.abs(difference), step) <= TIE)
    return { difference: 0, interval: { low: 0, high: 0 }, pValue: 1, rows };
  const centred = ofRows.map((contribution) => contribution - difference);
  const interval = invertTest(difference, step, sumsOf(centred, weights));
  if (interval === null)
    return { difference, interval: aroundZero(centred, weights, difference), pValue: 1, rows };
  if (!Number.isFinite(interval.low) || !Number.isFinite(interval.high)) return null;
  return {
    difference,
    interval,
    pValue: upperTail((difference - step) / Math.sqrt(squares)),
    rows,
  };
}

/**
 * All θ with (|D − θ| − s) ÷ √Σ(x − θ·w)² ≤ z, where D is the difference, s the step and x a row's share of D. With
 * δ = D − θ and the centred shares c that is a square inequality in δ, (δ − s)² ≤ z²·(Σc² + 2δ·Σcw + δ²·Σw²), solved on
 * either side of D; `null` where Σw² ≥ 1 ÷ z²: fewer rows than four, or so uneven weights, bound nothing.
 */
function invertTest(
  difference: number,
  step: number,
  { squares, cross, shares }: Sums,
): Interval | null {
  const square = NORMAL_95 ** 2;
  const open = 1 - square * shares;
  if (open <= 0) return null;
  const reach = (side: 1 | -1): number => {
    const half = step + side * square * cross;
    return (
      (half + Math.sqrt(Math.max(0, half ** 2 - open * (step ** 2 - square * squares)))) / open
    );
  };
  return { low: difference - reach(1), high: difference + reach(-1) };
}

/** Student's interval, with 0: so few rows decide nothing. */
function aroundZero(
  centred: Float64Array,
  weights: Float64Array | undefined,
  difference: number,
): Interval {
  const quantile = student95(Math.max(1, effectiveRows(centred.length, weights) - 1));
  const reach = quantile * standardError(centred, weights);
  return { low: Math.min(0, difference - reach), high: Math.max(0, difference + reach) };
}

/**
 * Benjamini–Hochberg: the smallest false discovery rate at which each hypothesis would be rejected, in the given order.
 */
export function adjustPValues(pValues: readonly number[]): readonly number[] {
  const tests = new FalseDiscovery();
  for (const pValue of pValues) tests.count(pValue);
  return pValues.map((pValue) => tests.rateOf(pValue));
}

/**
 * Who serves a partition: its own model where the whole interval speaks for it and the adjusted p-value is at most 5 %, the
 * global one where the whole interval speaks for that, else a tie, which goes to the simpler rung, the global model.
 */
export function verdict({
  interval,
  adjustedPValue,
}: Pick<Comparison, 'interval'> & { readonly adjustedPValue: number }): 'own' | 'global' | 'tie' {
  if (interval.low > 0 && adjustedPValue <= FALSE_DISCOVERY_RATE) return 'own';
  return interval.high < 0 ? 'global' : 'tie';
}

/** The difference of the scores, and d per row: its weighted mean is the difference. */
function contributionsTo(
  metric: Metric,
  first: ScoredRows,
  second: ScoredRows,
): { readonly difference: number; readonly ofRows: Float64Array } | null {
  const [a, b] = [measure(metric, first), measure(metric, second)];
  if (a.score.value === null || b.score.value === null) return null;
  const sign = isLowerBetter(metric) ? -1 : 1;
  const difference = sign * (a.score.value - b.score.value);
  const ofB = b.influence();
  const ofRows = a.influence().map((psi, i) => difference + sign * (psi - (ofB[i] as number)));
  return areFinite(ofRows) ? { difference, ofRows } : null;
}

type Sums = {
  readonly squares: number;
  readonly cubes: number;
  readonly cross: number;
  readonly shares: number;
};

/** Over the weighted shares x = d·w/W: Σx², Σ|x|³, Σx·w/W and Σ(w/W)². */
function sumsOf(contributions: Float64Array, weights: Float64Array | undefined): Sums {
  let total = 0;
  for (let i = 0; i < contributions.length; i++) total += weightOf(weights, i);
  let [squares, cubes, cross, shares] = [0, 0, 0, 0];
  for (let i = 0; i < contributions.length; i++) {
    const share = weightOf(weights, i) / total;
    const x = (contributions[i] as number) * share;
    squares += x ** 2;
    cubes += Math.abs(x) ** 3;
    cross += x * share;
    shares += share ** 2;
  }
  return { squares, cubes, cross, shares };
}
