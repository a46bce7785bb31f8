/**
 * The facts that the built-in partition functions return and the lineage keeps. Plain JSON, no NaN: a number that does
 * not exist is null.
 */
import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Score, Task } from '../domain/metric.ts';
import type { FailureReason, Scope } from '../domain/run.ts';
import type { Adjustment } from '../estimators/adjustment.ts';
import type { Contributions } from '../estimators/estimator.ts';
import type { FoldErrors } from '../estimators/shrink.ts';
import type { Forecast } from '../spec/forecast.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import type { TogetherCompared } from './compare-together.ts';
import type { FoldSelections, SelectionFacts } from './selection-facts.ts';

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

/** `train-fold` does one candidate on one fold; `refit` fits one candidate on all training rows. */
export type FoldPart = {
  readonly candidate: Candidate;
  readonly fold: number;
  /** Of the fold's training rows. */
  readonly share: number;
  /** From 0, which is the default. */
  readonly repeat?: number;
};
/** `adjustments`: what the folds taught of the candidate's probabilities. */
export type RefitPart = {
  readonly candidate: Candidate;
  readonly adjustments: readonly Adjustment[];
  /** Of an ensemble: the candidates that are averaged, each with what the folds taught of it. */
  readonly members?: readonly EnsemblePart[];
};

export type EnsemblePart = {
  readonly candidate: Candidate;
  readonly adjustments: readonly Adjustment[];
  /** Above 0; all add up to 1. */
  readonly weight: number;
};

/** What out-of-fold rows say of averaging the candidates. */
export type EnsembleFacts = {
  /** By candidate, adding up to 1; none where no average is worth it. */
  readonly weights: readonly number[];
  /** Why there is none. */
  readonly because?: string;
};
/** Arguments of `score-trials`, beside `RankArgs`: which candidates. Input `predictions` as of `rank`. */
export type TrialsPart = { readonly places: readonly number[] };
export type TrialsFacts = { readonly scores: readonly Score[] };

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

/** Result of `train-fold`. Blob `predictions`: the rows of that fold × width, in row order; absent when it failed. */
export type FoldFacts = {
  readonly status: 'ok' | 'failed';
  readonly because?: string;
  readonly score: Score;
  /** u64 as decimal text. */
  readonly seed: string;
  readonly fitMs: number;
  readonly kept: readonly string[];
  /** Those of `kept` that selection chose by itself. */
  readonly foldSelection: readonly string[];
};

/** Arguments of `rank`; input `predictions` (layout: `predictions.ts`). */
export type RankArgs = {
  readonly spec: Spec;
  readonly task: Task;
  readonly classes: readonly string[];
};
/** Result of `rank`, with the blob `predictions` where they were adjusted or averaged: what stored out-of-fold predictions say about every candidate; `best` and `bestWithout` as in `TrainFacts`. */
export type RankFacts = {
  readonly cv: readonly Score[];
  readonly best: number | null;
  readonly bestWithout: readonly number[];
  /** Per candidate and fold, of predictions that were adjusted or averaged; null where none were. */
  readonly foldScores: readonly (readonly Score[])[] | null;
  /** Per candidate, what all folds teach of its probabilities. */
  readonly adjustments: readonly (readonly Adjustment[])[];
  /** Where the spec asks for an ensemble: the last of the candidates. */
  readonly ensemble?: EnsembleFacts;
};

/** Result of `refit`. Blobs: `model`, and `predictions` with one layer (holdout rows). */
export type RefitFacts = {
  readonly features: TrainFacts['features'];
  /** That selection chose from, in their order. */
  readonly columns: readonly string[];
  readonly selection: SelectionFacts;
  readonly foldSelections: Omit<FoldSelections, 'folds'>;
  readonly model: ModelFacts;
  readonly rows: RowLedger;
};

/** rows = used + holdout + sum of excluded, exactly. */
export type RowLedger = {
  readonly rows: number;
  readonly used: number;
  readonly holdout: number;
  readonly excluded: { readonly [reason: string]: number };
};

/** Arguments of `evaluate`; inputs `own` (the predictions blob of `train`), `parent` and `global` (same layout, same rows), each may be absent. */
export type EvaluateArgs = {
  readonly spec: Spec;
  readonly task: Task;
  readonly classes: readonly string[];
  readonly own: SideArgs | null;
  readonly global: SideArgs | null;
  /** Left out where there is none. */
  readonly parent?: SideArgs;
  /** Own and global will be blended: the errors are wanted that say how. */
  readonly isBlended?: true;
};

/** How many candidates a side has, and which of them were chosen: with all folds, and without each. */
export type SideArgs = {
  readonly candidates: number;
  readonly best: number;
  readonly bestWithout: readonly number[];
};

export type Interval = { readonly low: number; readonly high: number };

/** Prediction intervals around a side's predictions, and how they did on the holdout. */
export type Band = {
  /** The share of rows that should lie within. */
  readonly level: number;
  /** Half the width; null where there are too few rows for the level. */
  readonly reach: number | null;
  /** Out-of-fold rows that the width comes from. */
  readonly rows: number;
  /** Holdout rows that have an interval, and how many of their true values lie within. */
  readonly holdout: { readonly rows: number; readonly covered: number };
};

export type EvaluateFacts = {
  readonly own: SideScores | null;
  readonly global: SideScores | null;
  /**
   * Own minus global on identical out-of-fold rows, both nested (the candidate is chosen on the other folds); positive =
   * own is better, whatever the metric's direction.
   */
  readonly comparison: {
    readonly difference: number;
    /** 95 %. */
    readonly interval: Interval;
    /** One-sided: own is no better than global; at most 2.5 % exactly where all of the interval is above 0. */
    readonly pValue: number;
    readonly rows: number;
  } | null;
  readonly plots: PlotFacts | null;
  /** Present where they were wanted and both sides predicted. */
  readonly errors?: readonly FoldErrors[];
  /** Present where the partition has a parent with a model. */
  readonly parent?: ParentEvaluation;
};

/** The parent's model on the rows of the partition; `comparison` and `errors` as of own and global, of own and parent. */
export type ParentEvaluation = Pick<EvaluateFacts, 'comparison' | 'errors'> & {
  readonly scores: SideScores;
};

export type SideScores = {
  /** Of the candidate that is the best on these very rows: too good when there were many to choose from. */
  readonly cv: Score;
  readonly cvInterval: Interval | null;
  /** On the rows of each fold the candidate that is the best on the other folds: what choosing like this will score. */
  readonly nested: Score;
  /** Wider than `cvInterval`: the models of the folds have seen each other's rows (`crossValidationInflation`). */
  readonly nestedInterval: Interval | null;
  /** By how much `cv` is better than `nested`, positive = too good, whatever the metric's direction; null without both. */
  readonly optimism: number | null;
  readonly holdout: Score;
  readonly holdoutInterval: Interval | null;
  readonly holdoutRows: number;
  readonly cvRows: number;
  /** Where the spec asks for `intervals`. */
  readonly band?: Band;
};

/** Of the served side, on holdout rows (out-of-fold rows where there is no holdout). */
export type PlotFacts = {
  readonly rows: 'holdout' | 'oof';
  /** [true class][predicted class]. */
  readonly confusion?: readonly (readonly number[])[];
  /** At most 100 points each; binary or one-vs-rest macro. */
  readonly roc?: readonly { readonly fpr: number; readonly tpr: number }[];
  readonly pr?: readonly { readonly recall: number; readonly precision: number }[];
  readonly calibration?: readonly {
    readonly predicted: number;
    readonly observed: number;
    readonly rows: number;
  }[];
  readonly residuals?: {
    readonly histogram: readonly {
      readonly from: number;
      readonly to: number;
      readonly count: number;
    }[];
    /** At most 300 sampled points. */
    readonly scatter: readonly { readonly truth: number; readonly prediction: number }[];
  };
};

/**
 * Arguments of `totals`: the metric pooled over the rows of many partitions (never an average of averages). The task's
 * partition is the union of `members` in order; input `own` holds the predictions blobs of those members that have one,
 * joined in order; input `parent` the same of their parents' models; input `global` the global model's for every row of the union.
 */
export type TotalsArgs = {
  readonly spec: Spec;
  readonly task: Task;
  readonly classes: readonly string[];
  readonly members: readonly {
    readonly rows: number;
    /** The best own candidate; null = no own model, and no part of input `own`. */
    readonly best: number | null;
    readonly bestWithout: readonly number[];
    /** The best candidate of its parent's, whose predictions of its rows are a part of input `parent`, with half the width of its intervals; left out where there is none. */
    readonly parent?: Omit<SideArgs, 'candidates'> & { readonly reach: number | null };
    readonly served: Scope | 'none' | ServedBlend;
  }[];
  readonly candidates: number;
  readonly global: Omit<SideArgs, 'candidates'> | null;
};

/** Own and another together: how much the own model answers, by all folds and by all but each. */
export type ServedBlend = {
  readonly with: Exclude<Scope, 'own'>;
  readonly weight: number;
  readonly withoutFold: readonly number[];
};

/** `own` and `global` on the identical rows of members that have both; `served` on every row that has an answer. */
export type TotalsFacts = {
  readonly own: SideScores | null;
  readonly global: SideScores | null;
  readonly served: SideScores | null;
  /** By their parents, the members that have one with a model; left out where none has. */
  readonly parent?: SideScores;
  /** Nested own minus nested global over all rows that both predicted, as `EvaluateFacts` has it of one partition; left out for fewer than ten partitions. */
  readonly comparison?: TogetherCompared;
  /** The global model on every row it scored, with its plots. */
  readonly globalEverywhere: SideScores | null;
  readonly globalPlots: PlotFacts | null;
  /** Of every member that is served by a blend, in order; left out where none is. */
  readonly blends?: readonly SideScores[];
};

/** Arguments of `forecast`; input `model` holds the pipeline bytes. Result blobs `times` and `predictions`, a double per row. */
export type ForecastArgs = { readonly forecast: Forecast; readonly time: string };
export type ForecastFacts = {
  readonly rows: number;
  /** Why there are none. */
  readonly because: 'no_history' | 'no_next_rows' | 'no_step' | null;
};

/** How many columns are named as what moved a prediction, and the class of two that is explained. */
export type ExplainArgs = { readonly columns: number; readonly positive?: string };
/** The scale of the shares, and the columns that places name; or the algorithm that can't say. */
export type ExplainedFacts =
  | { readonly scale: Contributions['scale']; readonly columns: readonly string[] }
  | { readonly because: string };

/**
 * Arguments of `score`; inputs `model`, `model-1` … hold the bytes of pipelines that answer together. Result blob
 * `predictions` with one layer; where it is asked to explain, `contributions` (layout: `doublesPerRow`), unless it can't.
 */
export type ScoreArgs = {
  readonly task: Task;
  readonly classes: readonly string[];
  /** Of each of them; left out where there is one. */
  readonly weights?: readonly number[];
  readonly explain?: ExplainArgs;
};
/** `algorithm`: of the first. */
export type ScoreFacts = {
  readonly algorithm: string;
  readonly rows: number;
  readonly explained?: ExplainedFacts;
};
