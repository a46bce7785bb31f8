import { isLowerBetter, type Metric } from '../domain/metric.ts';
import type { Interval } from './interval.ts';
import { NORMAL_95, upperTail } from './normal-distribution.ts';

/** A score with its 95 % interval. */
export type IntervalScore = { readonly value: number; readonly interval: Interval };

/** `difference`: the second minus the first, positive = the second is better, whatever the metric's direction. */
export type ScoreChange = {
  readonly difference: number;
  /** 95 %. */
  readonly interval: Interval;
  /** Two-sided: both are of one true score. */
  readonly pValue: number;
};

/**
 * Compares scores on different rows. The interval of the difference recovers what each score's own interval says of its
 * scatter on the side that counts (MOVER, Zou and Donner 2008), so that it is as uneven as they are.
 */
export function compareIndependent(
  metric: Metric,
  first: IntervalScore,
  second: IntervalScore,
): ScoreChange {
  const [a, b] = isLowerBetter(metric) ? [negated(first), negated(second)] : [first, second];
  const difference = b.value - a.value;
  const below = Math.hypot(b.value - b.interval.low, a.interval.high - a.value);
  const above = Math.hypot(b.interval.high - b.value, a.value - a.interval.low);
  const reach = difference > 0 ? below : above;
  return {
    difference,
    interval: { low: difference - below, high: difference + above },
    pValue: pValueOf(Math.abs(difference), reach / NORMAL_95),
  };
}

function pValueOf(distance: number, error: number): number {
  if (distance === 0) return 1;
  return error === 0 ? 0 : Math.min(1, 2 * upperTail(distance / error));
}

function negated({ value, interval }: IntervalScore): IntervalScore {
  return { value: -value, interval: { low: -interval.high, high: -interval.low } };
}
