import { FEWEST_TOGETHER } from '../estimators/expected-effects.ts';
import type { Interval } from './evaluate-facts.ts';
import { ownAgainst } from './own-against.ts';
import type { Side } from './side-scores.ts';
import type { Truth } from './truth.ts';

/** Own and global on the rows of many partitions. */
export type TogetherCompared = {
  /** Positive = own is better, whatever the metric's direction. */
  readonly difference: number;
  /** 95 %; partitions are what chance draws. */
  readonly interval: Interval;
  /** One-sided: own is no better than global. */
  readonly pValue: number;
  readonly partitions: number;
};

/**
 * Own minus global, pooled over the out-of-fold rows of many partitions; null for fewer than ten. `places`: the partition of
 * each row. What the rows of a partition add to the difference counts as one, since it is partitions that are drawn by
 * chance here: the interval holds however the rows of one hang together.
 */
export function compareTogether(
  truth: Truth,
  { own, global }: { readonly own: Side | null; readonly global: Side | null },
  folds: Uint8Array,
  places: Int32Array,
): TogetherCompared | null {
  if (own === null || global === null) return null;
  const compared = ownAgainst({ ...truth, observations: places }, own, global, folds);
  if (compared === null || compared.rows < FEWEST_TOGETHER) return null;
  const { difference, interval, pValue, rows } = compared;
  return { difference, interval, pValue, partitions: rows };
}
