import { holdoutRows, outOfFoldRows } from '../estimators/folds.ts';
import { scoreInterval } from '../estimators/interval.ts';
import { score } from '../estimators/score.ts';
import type { EvaluateArgs, SideScores } from './facts.ts';
import type { PartitionData } from './partition-function.ts';
import { outputWidth, type Predictions, predictionsFromBytes, readLayer } from './predictions.ts';
import { predictedRows, scoredRows, type Truth } from './truth.ts';

/** Stored predictions of one side, own or global: a layer per candidate, and the shipped model's for the holdout. */
export type Side = { readonly predictions: Predictions; readonly best: number };

/** The side whose predictions are the input of that name; null when the arguments name none. Throws `RangeError` when the bytes do not fit. */
export function sideOf(
  data: PartitionData,
  name: 'own' | 'global',
  args: EvaluateArgs,
): Side | null {
  const bytes = data.inputs.get(name);
  const side = args[name];
  if (side === null || bytes === undefined) return null;
  const width = outputWidth(args.classes);
  const predictions = predictionsFromBytes(bytes, side.candidates + 1, width);
  if (predictions.rowCount !== data.frame.rowCount)
    throw new RangeError(
      `There are ${predictions.rowCount} rows of ${name} predictions for ${data.frame.rowCount} rows.`,
    );
  return { predictions, best: side.best };
}

/** Out-of-fold rows that the best candidate predicted. */
export function cvRows({ predictions, best }: Side, folds: Uint8Array): Int32Array {
  return predictedRows(predictions, best, outOfFoldRows(folds));
}

/** Holdout rows that the shipped model predicted. */
export function heldOutRows({ predictions }: Side, folds: Uint8Array): Int32Array {
  return predictedRows(predictions, predictions.layers - 1, holdoutRows(folds));
}

/** The metric of the best candidate on the pooled out-of-fold rows, and of the shipped model on the holdout. */
export function sideScores(truth: Truth, side: Side, folds: Uint8Array): SideScores {
  const { predictions, best } = side;
  const cv = scoreRows(truth, predictions, best, cvRows(side, folds));
  const holdout = scoreRows(truth, predictions, predictions.layers - 1, heldOutRows(side, folds));
  return {
    cv: cv.score,
    cvInterval: cv.interval,
    cvRows: cv.rowCount,
    holdout: holdout.score,
    holdoutInterval: holdout.interval,
    holdoutRows: holdout.rowCount,
  };
}

function scoreRows(truth: Truth, predictions: Predictions, layer: number, rows: Int32Array) {
  const { metric } = truth.spec;
  const scored = scoredRows(truth, rows, readLayer(predictions, layer, rows));
  return {
    score: score(metric, scored),
    interval: scoreInterval(metric, scored),
    rowCount: rows.length,
  };
}
