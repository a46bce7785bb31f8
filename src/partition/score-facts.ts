import type { Task } from '../domain/metric.ts';
import type { Contributions } from '../estimators/estimator.ts';
import type { Forecast } from '../spec/forecast.ts';

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
