import type { Score, Task } from '../domain/metric.ts';
import type { FoldErrors } from '../estimators/shrink.ts';
import type { Spec } from '../spec/spec.ts';

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
