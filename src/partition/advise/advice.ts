import type { Metric } from '../../domain/metric.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Interval } from '../evaluate-facts.ts';

/** Arguments of `advise`, whose partition is the union of all. */
export type AdviseArgs = {
  readonly spec: Spec;
  /** As in `ProfileArgs`. */
  readonly cutoffs: readonly number[];
  /** The most rows that are looked at; partitions are counted on all of them. */
  readonly rows: number;
};

/**
 * `pays`: models of its partitions predict better than one model of the table. `differs`: something in the partitions is
 * not the same, but models of their own are not surely better. `same`: nothing says that the partitions differ.
 */
export type DivisionVerdict = 'pays' | 'differs' | 'same';

/** How many partitions a division makes of the whole table, and how large they are. */
export type DivisionSizes = {
  readonly partitions: number;
  /** With rows enough for a model of their own (`partition.min_rows`). */
  readonly own: number;
  /** Share of the rows that are in the others. */
  readonly tooSmall: number;
  readonly smallest: number;
  readonly median: number;
  readonly largest: number;
};

/** One way to partition the table, judged on rows that its models have not seen. */
export type DivisionAdvice = DivisionSizes & {
  readonly by: readonly string[];
  /** Whether the spec says it like this. */
  readonly isAsWritten: boolean;
  readonly verdict: DivisionVerdict;
  /** The metric; own models where rows are enough, else the model without partition. */
  readonly score: number | null;
  /** By how much that is better than the model without partition on the same rows, whatever the metric's direction. */
  readonly lift: number | null;
  /** 95 %, of the lift. */
  readonly interval: Interval | null;
  /** Of the permutation test that its partitions differ, corrected for all divisions that were tested (max-T). */
  readonly pValue: number;
  /** Rows of each partition with a model of its own. */
  readonly ownRows: readonly number[];
};

/** Result of `advise`. */
export type AdviseFacts = {
  readonly rows: number;
  readonly sampled: number;
  readonly features: number;
  readonly classes: number;
  readonly metric: Metric;
  /** Of the model without partition, on the same rows. */
  readonly score: number | null;
  /** The best first; those that do not pay stand behind the table as it is. */
  readonly divisions: readonly DivisionAdvice[];
  /** Divisions of the permutation test; those that are not in `divisions` promised less than what is there. */
  readonly tested: number;
  readonly notTried: readonly { readonly column: string; readonly because: string }[];
};
