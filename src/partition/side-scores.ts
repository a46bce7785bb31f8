import { isLowerBetter, type Metric, type Score } from '../domain/metric.ts';
import type { Scope } from '../domain/run.ts';
import { holdoutRows, outOfFoldRows } from '../estimators/folds.ts';
import { crossValidationInflation, intervalOf } from '../estimators/interval.ts';
import { observationCount } from '../estimators/observations.ts';
import { measure } from '../estimators/score.ts';
import { bandOf } from './band.ts';
import type { EvaluateArgs, SideScores } from './evaluate-facts.ts';
import { type NestedRows, nestedRows } from './nested-choice.ts';
import type { PartitionData } from './partition-function.ts';
import { outputWidth, type Predictions, predictionsFromBytes, readLayer } from './predictions.ts';
import { repeatsOf } from './repeats.ts';
import { predictedRows, scoredRows, type Truth } from './truth.ts';

/** Stored predictions of one side, own, parent or global: a layer per candidate, and the shipped model's for the holdout. */
export type Side = {
  readonly predictions: Predictions;
  readonly best: number;
  /** Per fold, the candidate chosen without it. */
  readonly bestWithout: readonly number[];
};

/** The side whose predictions are the input of that name; null when the arguments name none. Throws `RangeError` when the bytes do not fit. */
export function sideOf(data: PartitionData, name: Scope, args: EvaluateArgs): Side | null {
  const bytes = data.inputs.get(name);
  const side = args[name];
  if (side === null || side === undefined || bytes === undefined) return null;
  const width = outputWidth(args.classes);
  const predictions = predictionsFromBytes(bytes, side.candidates + 1, width, repeatsOf(args.spec));
  if (predictions.rowCount !== data.frame.rowCount)
    throw new RangeError(
      `There are ${predictions.rowCount} rows of ${name} predictions for ${data.frame.rowCount} rows.`,
    );
  return { predictions, best: side.best, bestWithout: side.bestWithout };
}

/** Out-of-fold rows that the best candidate predicted. */
export function cvRows({ predictions, best }: Side, folds: Uint8Array): Int32Array {
  return predictedRows(predictions, best, outOfFoldRows(folds));
}

/** Holdout rows that the shipped model predicted. */
export function heldOutRows({ predictions }: Side, folds: Uint8Array): Int32Array {
  return predictedRows(predictions, predictions.layers - 1, holdoutRows(folds));
}

/** The metric of the best candidate on the pooled out-of-fold rows, naive and nested, and of the shipped model on the holdout. */
export function sideScores(truth: Truth, side: Side, folds: Uint8Array): SideScores {
  const { predictions, best } = side;
  const layerOn = (layer: number, rows: Int32Array) =>
    scoreRows(truth, { rows, output: readLayer(predictions, layer, rows) });
  const cv = layerOn(best, cvRows(side, folds));
  const judged = nestedRows(side, folds);
  const foldsOfOne = foldCount(judged.rows, folds) / copiesOf(truth);
  const nested = scoreRows(truth, judged, crossValidationInflation(foldsOfOne));
  const holdout = layerOn(predictions.layers - 1, heldOutRows(side, folds));
  const band = bandOf(truth, side, folds);
  return {
    cv: cv.score,
    cvInterval: cv.interval,
    cvRows: cv.rowCount,
    nested: nested.score,
    nestedInterval: nested.interval,
    optimism: optimismOf(truth.spec.metric, cv.score, nested.score),
    holdout: holdout.score,
    holdoutInterval: holdout.interval,
    holdoutRows: holdout.rowCount,
    ...(band !== undefined && { band }),
  };
}

/** Folds that the rows are of. */
function foldCount(rows: Int32Array, folds: Uint8Array): number {
  const isUsed = new Uint8Array(256);
  for (let i = 0; i < rows.length; i++) isUsed[folds[rows[i] as number] as number] = 1;
  return isUsed.reduce((count, used) => count + used, 0);
}

/** Of each row: one for every repeat. */
function copiesOf({ observations }: Truth): number {
  return observations === undefined ? 1 : observations.length / new Set(observations).size;
}

function optimismOf(metric: Metric, cv: Score, nested: Score): number | null {
  if (cv.value === null || nested.value === null) return null;
  return isLowerBetter(metric) ? nested.value - cv.value : cv.value - nested.value;
}

function scoreRows(truth: Truth, { rows, output }: NestedRows, inflation = 1) {
  const { metric } = truth.spec;
  const scored = scoredRows(truth, rows, output);
  const measured = measure(metric, scored);
  return {
    score: measured.score,
    interval: intervalOf(measured, metric, scored, inflation),
    rowCount: observationCount(scored),
  };
}
