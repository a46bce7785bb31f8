/** The metrics a user may choose, which task they belong to and which direction is better. */
export const CLASSIFICATION_METRICS = [
  'accuracy',
  'balanced_accuracy',
  'macro_f1',
  'weighted_f1',
  'f1',
  'precision',
  'recall',
  'roc_auc',
  'pr_auc',
  'log_loss',
  'brier',
  'mcc',
  'kappa',
] as const;
export const REGRESSION_METRICS = [
  'rmse',
  'mae',
  'mape',
  'smape',
  'r2',
  'median_ae',
  'pinball',
  'rmsle',
  'mase',
] as const;
export const METRICS = [...CLASSIFICATION_METRICS, ...REGRESSION_METRICS] as const;

export type ClassificationMetric = (typeof CLASSIFICATION_METRICS)[number];
export type RegressionMetric = (typeof REGRESSION_METRICS)[number];
export type Metric = ClassificationMetric | RegressionMetric;
export type Task = 'classification' | 'regression';
/** What a user asks for: a forecast has the models of a regression, an anomaly is measured as one class of two. */
export const ASKED_TASKS = ['classification', 'regression', 'forecast', 'anomaly'] as const;
export type AskedTask = (typeof ASKED_TASKS)[number];

/** What a user asked for: inside, a forecast is a regression on earlier values, and anomalies are one of two classes. */
export function askedTask({
  target,
  forecast,
}: {
  readonly target: { readonly task: Task; readonly isAnomaly?: true };
  readonly forecast?: object;
}): AskedTask {
  if (target.isAnomaly === true) return 'anomaly';
  return forecast === undefined ? target.task : 'forecast';
}

/** Whether models are fitted as that. */
export function isTask(task: AskedTask): task is Task {
  return task === 'classification' || task === 'regression';
}

const LOOKING_AT_ONE_CLASS: ReadonlySet<Metric> = new Set<Metric>([
  'f1',
  'precision',
  'recall',
  'roc_auc',
  'pr_auc',
  'brier',
]);

/** Whether the metric looks at `target.positive`, where that is set, and at no other class. */
export function looksAtOneClass(metric: Metric): boolean {
  return LOOKING_AT_ONE_CLASS.has(metric);
}

const LOWER_IS_BETTER: ReadonlySet<Metric> = new Set<Metric>([
  'log_loss',
  'brier',
  'rmse',
  'mae',
  'mape',
  'smape',
  'median_ae',
  'pinball',
  'rmsle',
  'mase',
]);

const IN_TARGET_UNIT: ReadonlySet<Metric> = new Set<Metric>([
  'rmse',
  'mae',
  'median_ae',
  'pinball',
]);

/** Whether scores are in the unit of the target, so that those of small targets are small. */
export function isInTargetUnit(metric: Metric): boolean {
  return IN_TARGET_UNIT.has(metric);
}

export function isLowerBetter(metric: Metric): boolean {
  return LOWER_IS_BETTER.has(metric);
}

export function metricsOf(task: AskedTask): readonly Metric[] {
  if (task === 'classification' || task === 'anomaly') return CLASSIFICATION_METRICS;
  return task === 'forecast'
    ? REGRESSION_METRICS
    : REGRESSION_METRICS.filter((metric) => metric !== 'mase');
}

/** What judges a task when nothing else is said; a quantile (of a regression) has a metric of its own. */
export function usualMetric({
  task,
  quantile,
}: {
  readonly task: AskedTask;
  readonly quantile?: number | undefined;
}): Metric {
  if (quantile !== undefined) return 'pinball';
  if (task === 'forecast') return 'mase';
  if (task === 'anomaly') return 'roc_auc';
  return task === 'classification' ? 'macro_f1' : 'rmse';
}

/** A score in the metric's own direction, or the reason why there is none. Never NaN. */
export type Score = { readonly value: number } | { readonly value: null; readonly because: string };

/** Differences up to this are a tie: the simpler algorithm (registry order) wins. */
export const TIE = 1e-12;

/** Positive when `a` is better than `b`; a missing score is worse than any score. */
export function compareScores(metric: Metric, a: Score, b: Score): number {
  if (a.value === null || b.value === null)
    return (a.value === null ? 0 : 1) - (b.value === null ? 0 : 1);
  const difference = isLowerBetter(metric) ? b.value - a.value : a.value - b.value;
  return Math.abs(difference) <= TIE ? 0 : difference;
}
