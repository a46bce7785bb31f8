import type { FailureReason } from '../domain/run.ts';
import type { Spec } from '../spec/spec.ts';

/** Arguments of `profile`; the result's blob `folds` has one byte per row. */
export type ProfileArgs = {
  readonly spec: Spec;
  /** Calendar cut-offs of the time scheme, µs UTC, ascending: fold borders, then the start of the holdout. */
  readonly cutoffs: readonly number[];
};

export type ColumnProfile = {
  readonly name: string;
  readonly kind: 'number' | 'category' | 'time';
  readonly missing: number;
  readonly distinct: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** 5 %, 25 %, 50 %, 75 %, 95 %. */
  readonly quantiles: readonly number[];
  /** The most frequent levels of a category, at most 10. */
  readonly top: readonly { readonly level: string; readonly count: number }[];
};

export type ProfileFacts = {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  readonly target: {
    readonly missing: number;
    /** Rows per class label (classification). */
    readonly classes: readonly { readonly label: string; readonly count: number }[];
    readonly distinct: number;
  };
  /** Rows by side: holdout, each fold, training only, excluded (target or weight missing). */
  readonly split: {
    readonly holdout: number;
    readonly folds: readonly number[];
    readonly trainingOnly: number;
    readonly excluded: { readonly [reason: string]: number };
    /** Rows that equal others in all but the target and are split one by one: values recur, not observations. */
    readonly repeats: number;
    /** Why the split differs from what the spec asks, for people. */
    readonly notes: readonly string[];
  };
  /** Leakage suspects of this partition: target copies, identifiers. */
  readonly warnings: readonly string[];
  /** Why there is no profile: all its rows are excluded. */
  readonly failure?: { readonly reason: FailureReason; readonly message: string };
};
