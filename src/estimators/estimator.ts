import type { z } from 'zod';
import type { Json, JsonObject } from '../domain/json.ts';
import type { AskedTask } from '../domain/metric.ts';
import type { Matrix } from '../frame/frame.ts';
import type { OnnxGraph, Value } from '../onnx/graph.ts';

/** Class labels as codes into `classes` (sorted, fixed for the whole run), or numbers. */
export type Target =
  | { readonly kind: 'classes'; readonly codes: Int32Array; readonly classes: readonly string[] }
  | { readonly kind: 'values'; readonly values: Float64Array };

export type FitOptions = {
  /** The only source of randomness (u64). */
  readonly seed: bigint;
  /** One non-negative weight per row. */
  readonly weights?: Float64Array;
  /** `stop[0] !== 0` asks the fit to end soon: it throws `FitStopped`. Polled per node chunk, tree or iteration. */
  readonly stop?: Int32Array;
};

/** Thrown by a fit that saw its stop flag. */
export class FitStopped extends Error {
  override readonly name = 'FitStopped';
}

/** What each feature adds to each prediction: expectation + Σ shares = prediction, on the scale that is named. */
export type Contributions = {
  /**
   * Of the numbers below: the value or the probability that is predicted, the log odds of the second class, the
   * logarithm of the value, or one score per class, of which softmax makes probabilities.
   */
  readonly scale: 'value' | 'probability' | 'log_odds' | 'log_mean' | 'score';
  /** Codes of the classes that the outputs speak of; empty for a value. */
  readonly classes: Int32Array;
  /** Of log odds: the code of the other class. */
  readonly against?: number;
  /** Per output, the mean over the rows that the model was fitted on. */
  readonly expected: Float64Array;
  /** rows × outputs × features, row-major. */
  readonly shares: Float64Array;
};

/** What a direct forecast says of one row of its horizon. */
export type Step = {
  readonly model: Model;
  /** Its columns, and which of the joined handlings make them, in this order. */
  readonly columns: number;
  readonly parts: readonly number[];
};

/** A fitted estimator. Pure data and functions of it; bytes round-trip exactly. */
export interface Model {
  readonly algorithm: string;
  /** Class codes (as doubles) or values, one per row. */
  predict(x: Matrix): Float64Array;
  /** rows × classes, row-major, each row sums to 1; a class absent from the fit has a column of zeros. */
  predictProbabilities?(x: Matrix): Float64Array;
  /** One non-negative number per feature, summing to 1 (or all zero). */
  importance?(): Float64Array;
  /** Shapley values of the features for each row. */
  contributions?(x: Matrix): Contributions;
  /** Of a direct forecast: for each row of the horizon, what answers. */
  steps?(): readonly Step[];
  /** Compact, versioned, free of code, name, time or machine. */
  toBytes(): Uint8Array;
  /** Readable form of the same content. */
  toJson(): Json;
  /**
   * Adds to an ONNX graph what `predictProbabilities`, or of a value `predict`, does with a matrix of doubles: rows ×
   * classes, or rows × 1. Absent = the algorithm has no such form.
   */
  toOnnx?(graph: OnnxGraph, x: Value): Value;
  /** Gives back memory outside the JavaScript heap. */
  free?(): void;
}

/** What an estimator can do; the pipeline prepares the data accordingly. */
export type Supports = {
  /** Takes NaN as "missing"; otherwise the pipeline imputes. */
  readonly missing: boolean;
  readonly weights: boolean;
  readonly probabilities: boolean;
  readonly importance: boolean;
  /** Says what each feature adds to each prediction; absent = it does not. */
  readonly contributions?: boolean;
  /** Uses `seed` as its parameters stand by default: another seed may give other bytes. */
  readonly randomness: boolean;
  /** `auto` handling standardises and one-hot encodes for it (linear, distance based); trees get ordinal codes. */
  readonly scaledInput: boolean;
  /** The largest number of training rows it takes; above it the candidate fails with a reason. */
  readonly maxRows?: number;
};

/**
 * An algorithm: scikit-learn's contract without its state. Frozen, pure: no I/O, no clock, no `Math.random`.
 * A fit never sees NaN unless `supports.missing`, never an infinite value, and at least one row.
 */
export interface Estimator<Parameters extends JsonObject = JsonObject> {
  readonly id: string;
  readonly tasks: readonly AskedTask[];
  readonly supports: Supports;
  /** Every parameter with its default and range; strict. */
  readonly parameters: z.ZodType<Parameters>;
  /** Values tried by grid and random search, per parameter; empty = nothing to tune. */
  readonly space: { readonly [parameter: string]: readonly Json[] };
  /** The columns that parameters name: each has to be a feature that holds numbers. */
  numberColumns?(parameters: Parameters): readonly string[];
  fit(x: Matrix, y: Target, parameters: Parameters, options: FitOptions): Model;
  /** Throws `Failure('corrupt-object')` on bytes that `toBytes` of this version did not make. */
  load(bytes: Uint8Array): Model;
}
