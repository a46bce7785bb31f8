import type { Estimator, Target } from '../../estimators/estimator.ts';
import type { Matrix } from '../../frame/frame.ts';

/** What every method looks at: the training rows after one fixed, neutral handling (median, ordinal codes). */
export type SelectionData = {
  readonly columns: readonly string[];
  /** One feature per column, no missing values. */
  readonly x: Matrix;
  readonly isText: readonly boolean[];
  /** Share of the training rows without a value, per column. */
  readonly missingShares: readonly number[];
  readonly target: Target;
  readonly weights: Float64Array | undefined;
  readonly seed: bigint;
  /** For methods that ask a model which columns it uses. */
  readonly estimator: Estimator;
  readonly stop: Int32Array | undefined;
};

/** One score per column, larger = more useful; NaN = none, ranked last. `keep` = how many the caller will take. */
export type Ranking = (data: SelectionData, keep: number) => Float64Array;

/** Judges each column against a threshold. */
export type Judgement = (
  data: SelectionData,
  threshold: number,
) => readonly {
  readonly score: number;
  /** Why the column goes; absent = it stays. */
  readonly dropped?: string;
}[];
