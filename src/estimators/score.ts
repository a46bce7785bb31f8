import {
  type ClassificationMetric,
  type Metric,
  type RegressionMetric,
  type Score,
} from '../domain/metric.ts';
import * as confusion from './metrics/confusion.ts';
import { type Measure, type Measured, unmeasured } from './metrics/measure.ts';
import { brier, logLoss } from './metrics/probability.ts';
import { prAuc, rocAuc } from './metrics/ranking.ts';
import * as regression from './metrics/regression.ts';
import { mase } from './metrics/scaled-error.ts';
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
  mase,
};

/**
 * The metric over the given rows, as scikit-learn computes it (each metric states its label set, zero division and
 * clipping); null with a reason where it does not exist, never NaN. Throws `RangeError` when the metric is of the other
 * task: specs are checked for that.
 */
export function score(metric: Metric, rows: ScoredRows): Score {
  return measure(metric, rows).score;
}

/** The score, and the influence of each row on it. */
export function measure(metric: Metric, rows: ScoredRows): Measured {
  const because = obstacleToScore(rows);
  if (because !== null) return unmeasured(because);
  const found = measured(metric, rows);
  const { value } = found.score;
  if (value === null || Number.isFinite(value)) return found;
  return unmeasured(`The ${metric} of these rows is too large for a number.`);
}

function measured(metric: Metric, rows: ScoredRows): Measured {
  if (rows.kind === 'classes' && metric in CLASS_MEASURES)
    return CLASS_MEASURES[metric as ClassificationMetric](rows);
  if (rows.kind === 'values' && metric in VALUE_MEASURES)
    return VALUE_MEASURES[metric as RegressionMetric](rows);
  throw new RangeError(`The metric ${metric} does not measure ${rows.kind}.`);
}
