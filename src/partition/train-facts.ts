import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Score, Task } from '../domain/metric.ts';
import type { Scope } from '../domain/run.ts';
import type { Adjustment } from '../estimators/adjustment.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import type { FoldSelections, SelectionFacts } from './selection-facts.ts';

/** Arguments of `train`, `train-fold` and `refit`. */
export type TrainArgs = {
  readonly spec: Spec;
  readonly task: Task;
  /** Every class label of the table, sorted; empty for regression. */
  readonly classes: readonly string[];
  /** All but `own`: the key is a feature when asked, and training rows beyond `global.max_rows` are sampled by row hash. */
  readonly scope: Scope;
  /** As in `ProfileArgs`: where folds and holdout begin, for gaps and sliding windows; left out for other schemes. */
  readonly cutoffs?: readonly number[];
  /** Rows of the table: a partition's share of `tune.budget.run`. */
  readonly tableRows?: number;
  /** Where `tune.warm_start` asks for it: the winner of each algorithm in the model without partition, the best first. */
  readonly winners?: readonly Candidate[];
  /** What an earlier run completed under its budget: tried again instead of looking at the clock. */
  readonly replay?: SearchFacts;
  /** What an earlier run selected from the same rows and folds: taken as it is. */
  readonly foldSelections?: FoldSelections;
};

/** Places of candidates, in the order of trying. */
export type SearchFacts = {
  /** So many rounds were fitted until a budget was spent, or all: what a replay repeats. */
  readonly rounds: number;
  /** Fitted on every fold. */
  readonly completed: readonly number[];
  /** Over `tune.budget.candidate`. */
  readonly cut: readonly number[];
  /** The budget that ended the search; null = it came to its end. */
  readonly spent: 'partition' | 'run' | null;
};

/** What out-of-fold rows say of averaging the candidates. */
export type EnsembleFacts = {
  /** By candidate, adding up to 1; none where no average is worth it. */
  readonly weights: readonly number[];
  /** Why there is none. */
  readonly because?: string;
};

export type CandidateFacts = {
  readonly algorithm: string;
  readonly parameters: JsonObject;
  readonly parametersDigest: Digest;
  /** u64 as decimal text. */
  readonly seed: string;
  /** `dropped`: given up by the search or a budget, with the reason. */
  readonly status: 'ok' | 'failed' | 'dropped';
  readonly because?: string;
  /** Metric on the pooled out-of-fold rows. */
  readonly cv: Score;
  readonly foldScores: readonly Score[];
  readonly fitMs: number;
};

export type ModelFacts = {
  readonly algorithm: string;
  readonly parameters: JsonObject;
  readonly digest: Digest;
  readonly byteSize: number;
  readonly features: readonly string[];
  readonly trainedRows: number;
  readonly seed: string;
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  /** What handling did to the training rows: filled, clipped, encoded, resampled, by column and rule. */
  readonly edits: readonly {
    readonly column: string;
    readonly rule: string;
    readonly count: number;
  }[];
  /** What is done to its probabilities; left out where nothing is. */
  readonly adjustments?: readonly Adjustment[];
  /** What it looks at, measured; left out where the spec does not ask, or no holdout row has a score. */
  readonly explanation?: Explanation;
};

/** Of a model, on holdout rows. */
export type Explanation = {
  readonly rows: number;
  readonly repeats: number;
  /** The most important first. */
  readonly importance: readonly {
    readonly column: string;
    /** What the metric loses when the column's values are dealt anew, the mean over the repeats; positive = it is of use. */
    readonly loss: number;
    /** Standard deviation over the repeats. */
    readonly deviation: number;
  }[];
  /** Of the columns that matter most, in their order. */
  readonly dependence: readonly PartialDependence[];
};

/** Mean predictions over rows in which one column has one value and all else is as it is. */
export type PartialDependence = {
  readonly column: string;
  readonly kind: 'number' | 'category';
  /** Classes whose probabilities the points have; null: the value that is predicted. */
  readonly outputs: readonly (string | null)[];
  /** Numbers ascending, or the most frequent texts (null = missing). */
  readonly points: readonly {
    readonly at: number | string | null;
    readonly outputs: readonly number[];
  }[];
};

/**
 * Result of `train`. Blobs: `model` (pipeline bytes) and `predictions` (layout: `predictions.ts`) with one layer per
 * candidate for out-of-fold rows and a last layer for the shipped model's predictions of holdout rows.
 */
export type TrainFacts = {
  readonly features: { readonly digest: Digest; readonly engineered: readonly string[] };
  readonly selection: SelectionFacts;
  readonly candidates: readonly CandidateFacts[];
  /** Null where no budget was set. */
  readonly search: SearchFacts | null;
  /** Index into `candidates`; null when none could be fitted. */
  readonly best: number | null;
  /** Per fold, the candidate that is the best on the rows of all other folds; empty where none has a score. */
  readonly bestWithout: readonly number[];
  readonly model: ModelFacts | null;
  readonly rows: RowLedger;
};

/** `foldSelections`: where columns were selected here; left out where the spec asks for none, or they were given. */
export type TrainResult = TrainFacts & { readonly foldSelections?: FoldSelections };

/** rows = used + holdout + sum of excluded, exactly. */
export type RowLedger = {
  readonly rows: number;
  readonly used: number;
  readonly holdout: number;
  readonly excluded: { readonly [reason: string]: number };
};
