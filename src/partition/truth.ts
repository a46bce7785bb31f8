import type { Score } from '../domain/metric.ts';
import type { Target } from '../estimators/estimator.ts';
import type { ScoredRows } from '../estimators/metrics/scored-rows.ts';
import { score } from '../estimators/score.ts';
import { type Frame, rowsThat, takeCodes, takeNumbers } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import type { RankArgs } from './part-facts.ts';
import { type Predictions, readLayer, startOf } from './predictions.ts';
import { seasonalScales } from './seasonal-scale.ts';
import { targetOf, weightsOf } from './target.ts';

/** What predictions are compared with: every row's target and weight, and the metric. */
export type Truth = {
  readonly target: Target;
  readonly weights: Float64Array | undefined;
  /** Per row, what `mase` measures errors in; left out for other metrics. */
  readonly scales?: Float64Array | undefined;
  readonly spec: Pick<Spec, 'metric' | 'target' | 'intervals'>;
  /** The row that each copy is of, where repeats have one each. */
  readonly observations?: Int32Array;
};

/** `folds`: of the frame's rows. */
export function truthOf(frame: Frame, args: RankArgs, folds: Uint8Array): Truth {
  const { spec } = args;
  const target = targetOf(frame, args);
  const scales =
    spec.metric === 'mase' && target.kind === 'values'
      ? seasonalScales(frame, target.values, folds, spec)
      : undefined;
  return { target, weights: weightsOf(frame, spec), scales, spec };
}

/** Rows and their predictions (`output`: rows × width, row-major) as metrics take them. */
export function scoredRows(truth: Truth, rows: Int32Array, output: Float64Array): ScoredRows {
  const { target, spec } = truth;
  const weights = truth.weights && takeNumbers(truth.weights, rows);
  const observations = truth.observations && takeCodes(truth.observations, rows);
  if (target.kind === 'values')
    return {
      kind: 'values',
      truth: takeNumbers(target.values, rows),
      prediction: output,
      weights,
      quantile: spec.target.quantile,
      scales: truth.scales && takeNumbers(truth.scales, rows),
      observations,
    };
  return {
    kind: 'classes',
    truth: takeCodes(target.codes, rows),
    probabilities: output,
    classes: target.classes,
    positive: spec.target.positive,
    weights,
    observations,
  };
}

/** The spec's metric of one layer's predictions on the given rows. */
export function scoreLayer(
  truth: Truth,
  predictions: Predictions,
  layer: number,
  rows: Int32Array,
): Score {
  return score(truth.spec.metric, scoredRows(truth, rows, readLayer(predictions, layer, rows)));
}

/** Those of the rows that the layer has predicted. */
export function predictedRows(
  predictions: Predictions,
  layer: number,
  rows: Int32Array,
): Int32Array {
  const { values } = predictions;
  return rowsThat(rows, (row) => !Number.isNaN(values[startOf(predictions, row, layer)]));
}
