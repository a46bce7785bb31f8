import type { Metric } from '../../src/domain/metric.ts';
import type { ScoredRows } from '../../src/estimators/metrics/scored-rows.ts';
import { oracleAnswers } from './oracle-answers.ts';

/** Rows, and the scores that scikit-learn gives them (`test/fixtures/sklearn/make-metrics.py`). */
export type MetricCase = {
  readonly name: string;
  readonly rows: ScoredRows;
  readonly scores: readonly (readonly [Metric, number | null])[];
};

type StoredCase = {
  readonly name: string;
  readonly kind: 'classes' | 'values';
  readonly classes: readonly string[];
  readonly positive: string | null;
  readonly truth: readonly number[];
  readonly probabilities: readonly number[];
  readonly prediction: readonly number[];
  readonly weights: readonly number[] | null;
  readonly quantile: number;
  readonly scales: readonly number[];
  readonly scores: { readonly [metric in Metric]: number | null };
};

export function metricCases(): readonly MetricCase[] {
  const stored = oracleAnswers('metrics') as readonly StoredCase[];
  return stored.map((one) => ({
    name: one.name,
    rows: rowsOf(one),
    scores: Object.entries(one.scores) as [Metric, number | null][],
  }));
}

function rowsOf(stored: StoredCase): ScoredRows {
  const weights = stored.weights === null ? undefined : Float64Array.from(stored.weights);
  if (stored.kind === 'values')
    return {
      kind: 'values',
      truth: Float64Array.from(stored.truth),
      prediction: Float64Array.from(stored.prediction),
      quantile: stored.quantile,
      scales: Float64Array.from(stored.scales),
      weights,
    };
  return {
    kind: 'classes',
    truth: Int32Array.from(stored.truth),
    probabilities: Float64Array.from(stored.probabilities),
    classes: stored.classes,
    positive: stored.positive ?? undefined,
    weights,
  };
}
