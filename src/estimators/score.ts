import {
  type ClassificationMetric,
  type Metric,
  type RegressionMetric,
  type Score,
} from '../domain/metric.ts';
import * as confusion from './metrics/confusion.ts';
import type { Measure } from './metrics/measure.ts';
import { brier, logLoss } from './metrics/probability.ts';
import { prAuc, rocAuc } from './metrics/ranking.ts';
import * as regression from './metrics/regression.ts';
import {
  type ClassRows,
  obstacleToScore,
  type ScoredRows,
  type ValueRows,
} from './metrics/scored-rows.ts';

const CLASS_MEASURES: { readonly [metric in ClassificationMetric]: Measure<ClassRows> } = {
  accuracy: confusion.accuracy,
  balanced_accuracy: confusion.balancedAccuracy,
  macro_f1: confusion.macroF1,
  weighted_f1: confusion.weightedF1,
  f1: confusion.f1,
  precision: confusion.precision,
  recall: confusion.recall,
  roc_auc: rocAuc,
  pr_auc: prAuc,
  log_loss: logLoss,
  brier,
  mcc: confusion.matthews,
  kappa: confusion.kappa,
};

const VALUE_MEASURES: { readonly [metric in RegressionMetric]: Measure<ValueRows> } = {
  rmse: regression.rmse,
  mae: regression.mae,
  mape: regression.mape,
  smape: regression.smape,
  r2: regression.r2,
  median_ae: regression.medianAe,
  pinball: regression.pinball,
  rmsle: regression.rmsle,
};

/**
 * The metric over the given rows, as scikit-learn computes it (each metric states its label set, zero division and
 * clipping); null with a reason where it does not exist, never NaN.
 */
export function score(metric: Metric, rows: ScoredRows): Score {
  const because = obstacleToScore(rows);
  if (because !== null) return { value: null, because };
  const found = measured(metric, rows).value();
  if (found.value === null || Number.isFinite(found.value)) return found;
  return { value: null, because: `The ${metric} of these rows is too large for a number.` };
}

/** Influence of each row on the score (see `Measure`); null where there is no score. */
export function influenceOf(metric: Metric, rows: ScoredRows): Float64Array | null {
  if (score(metric, rows).value === null) return null;
  const influence = measured(metric, rows).influence();
  return influence.every(Number.isFinite) ? influence : null;
}

/** Throws `RangeError` when the metric is of the other task: specs are checked for that. */
function measured(metric: Metric, rows: ScoredRows): { value(): Score; influence(): Float64Array } {
  if (rows.kind === 'classes' && metric in CLASS_MEASURES)
    return bound(CLASS_MEASURES[metric as ClassificationMetric], rows);
  if (rows.kind === 'values' && metric in VALUE_MEASURES)
    return bound(VALUE_MEASURES[metric as RegressionMetric], rows);
  throw new RangeError(`The metric ${metric} does not measure ${rows.kind}.`);
}

function bound<Rows extends ScoredRows>(
  measure: Measure<Rows>,
  rows: Rows,
): { value(): Score; influence(): Float64Array } {
  return { value: () => measure.value(rows), influence: () => measure.influence(rows) };
}
