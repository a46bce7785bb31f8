import { isLowerBetter, type Metric } from '../domain/metric.ts';

type Words = { readonly name: string; readonly meaning: string };

/** Metrics for people who have not met them. */
const WORDS: { readonly [metric in Metric]: Words } = {
  accuracy: { name: 'accuracy', meaning: 'the share of rows predicted right' },
  balanced_accuracy: {
    name: 'balanced accuracy',
    meaning: 'the share of rows predicted right, every class counting the same',
  },
  macro_f1: {
    name: 'macro F1',
    meaning: 'misses and false alarms in one number, every class counting the same',
  },
  weighted_f1: {
    name: 'weighted F1',
    meaning: 'misses and false alarms in one number, every class counting by its rows',
  },
  f1: { name: 'F1', meaning: 'misses and false alarms of the positive class in one number' },
  precision: { name: 'precision', meaning: 'of the rows called positive, the share that is' },
  recall: { name: 'recall', meaning: 'of the positive rows, the share that is found' },
  roc_auc: {
    name: 'ROC AUC',
    meaning: 'how often a row of the class ranks above one of another; 0.5 is chance',
  },
  pr_auc: { name: 'PR AUC', meaning: 'precision, averaged over all recalls' },
  log_loss: { name: 'log loss', meaning: 'how much the truth surprises the probabilities' },
  brier: { name: 'Brier score', meaning: 'squared distance between probability and truth' },
  mcc: { name: 'Matthews correlation', meaning: 'prediction against truth; 0 is chance' },
  kappa: { name: "Cohen's kappa", meaning: 'agreement beyond chance; 0 is chance' },
  rmse: {
    name: 'RMSE',
    meaning: "the typical error in the target's own unit, large errors counting more",
  },
  mae: { name: 'mean absolute error', meaning: "the mean error in the target's own unit" },
  mape: { name: 'MAPE', meaning: 'the mean error as a share of the truth' },
  smape: { name: 'sMAPE', meaning: 'the mean error as a share of truth and prediction' },
  r2: { name: 'R²', meaning: 'the share of the variation explained; 0 is no better than the mean' },
  median_ae: { name: 'median error', meaning: 'half of the rows have a smaller error' },
  mase: {
    name: 'MASE',
    meaning:
      'mean error in units of what repeating the season before would be off; under 1 is better than that',
  },
  pinball: { name: 'pinball loss', meaning: 'the error of a predicted quantile' },
  rmsle: { name: 'RMSLE', meaning: 'the typical error of ln(1 + value): ratios count' },
};

export function metricName(metric: Metric): string {
  return WORDS[metric].name;
}

/** `the share of rows predicted right; higher is better, 1 is perfect`. */
export function metricMeaning(metric: Metric): string {
  const direction = isLowerBetter(metric)
    ? 'lower is better, 0 is perfect'
    : 'higher is better, 1 is perfect';
  return `${WORDS[metric].meaning}; ${direction}`;
}
