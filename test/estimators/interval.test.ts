import { describe, expect, it } from 'vitest';
import type { Metric } from '../../src/domain/metric.ts';
import { scoreInterval } from '../../src/estimators/interval.ts';
import type { ClassRows, ScoredRows, ValueRows } from '../../src/estimators/metrics/scored-rows.ts';
import { student95, upperTail } from '../../src/estimators/normal-distribution.ts';
import { score } from '../../src/estimators/score.ts';
import { type Draws, seededDraws } from '../support/draws.ts';
import { metricCases } from '../support/metric-cases.ts';

/** `hits` of `count` rows are right. */
function hitRows(hits: number, count: number): ClassRows {
  const truth = new Int32Array(count);
  const probabilities = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) probabilities[2 * i + (i < hits ? 0 : 1)] = 1;
  return { kind: 'classes', truth, probabilities, classes: ['a', 'b'] };
}

/** A calibrated classifier of two classes that differ enough for an AUC of about 0.83. */
function drawnClasses(draws: Draws, count: number): ClassRows {
  const truth = new Int32Array(count);
  const probabilities = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) {
    const probability = 1 / (1 + Math.exp(-1.8 * draws.normal()));
    truth[i] = draws.uniform() < probability ? 1 : 0;
    probabilities.set([1 - probability, probability], 2 * i);
  }
  return { kind: 'classes', truth, probabilities, classes: ['a', 'b'] };
}

function drawnValues(draws: Draws, count: number): ValueRows {
  const prediction = Float64Array.from({ length: count }, () => 20 + 2 * draws.normal());
  const truth = prediction.map((value) => value + draws.normal());
  return { kind: 'values', truth, prediction };
}

describe('interval of a score', () => {
  it('is Wilson’s where the metric is accuracy', () => {
    const { low, high } = scoreInterval('accuracy', hitRows(45, 50)) ?? { low: 0, high: 0 };
    // The n/(n − 1) of few rows widens it a little beyond Wilson's 0.7864 … 0.9565.
    expect(low).toBeCloseTo(0.7849, 3);
    expect(high).toBeCloseTo(0.957, 3);
  });

  it('is open to mistakes that were not seen', () => {
    const interval = scoreInterval('accuracy', hitRows(20, 20));
    expect(interval?.high).toBe(1);
    expect(interval?.low).toBeCloseTo(0.8389, 4);
  });

  it('holds the score, stays in the range of the metric and is the same each time', () => {
    let count = 0;
    for (const { rows, scores, name } of metricCases()) {
      for (const [metric] of scores) {
        const { value } = score(metric, rows);
        const interval = scoreInterval(metric, rows);
        if (value === null || interval === null) continue;
        count++;
        expect(interval.low - 1e-12, `${metric}, ${name}`).toBeLessThanOrEqual(value);
        expect(interval.high + 1e-12, `${metric}, ${name}`).toBeGreaterThanOrEqual(value);
        expect(interval.low).toBeGreaterThanOrEqual(lowest(metric));
        expect(scoreInterval(metric, rows)).toEqual(interval);
      }
    }
    expect(count).toBeGreaterThan(200);
  });

  it('is none where there is no score or only one row', () => {
    expect(scoreInterval('roc_auc', hitRows(3, 4))).toBeNull();
    expect(scoreInterval('accuracy', hitRows(1, 1))).toBeNull();
  });

  it('is narrower with more rows', () => {
    const width = (count: number): number => {
      const found = scoreInterval('rmse', drawnValues(seededDraws(3), count));
      return (found?.high ?? 0) - (found?.low ?? 0);
    };
    expect(width(50) / width(5000)).toBeGreaterThan(5);
  });

  it('covers the true score in at least 91 % of 200 partitions of 80 rows', () => {
    const classMetrics = [
      'accuracy',
      'macro_f1',
      'mcc',
      'roc_auc',
      'pr_auc',
      'log_loss',
      'brier',
    ] as const;
    const valueMetrics = [
      'rmse',
      'mae',
      'median_ae',
      'mape',
      'smape',
      'r2',
      'pinball',
      'rmsle',
    ] as const;
    for (const metric of classMetrics)
      expect(coverage(metric, drawnClasses), metric).toBeGreaterThanOrEqual(0.91);
    for (const metric of valueMetrics)
      expect(coverage(metric, drawnValues), metric).toBeGreaterThanOrEqual(0.91);
  });
});

describe('distributions', () => {
  it('are those of the tables', () => {
    expect(upperTail(1.959963984540054)).toBeCloseTo(0.025, 7);
    expect(upperTail(-1)).toBeCloseTo(0.8413447, 6);
    expect(upperTail(6) / 9.865876e-10).toBeCloseTo(1, 6);
    const table = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469];
    for (const [i, expected] of table.entries())
      expect(student95(i + 1) / expected).toBeCloseTo(1, 2);
    expect(student95(30)).toBeCloseTo(2.0423, 4);
    expect(student95(1e9)).toBeCloseTo(1.95996, 5);
  });
});

function lowest(metric: Metric): number {
  if (metric === 'r2') return Number.NEGATIVE_INFINITY;
  return metric === 'mcc' || metric === 'kappa' ? -1 : 0;
}

function coverage(metric: Metric, drawn: (draws: Draws, count: number) => ScoredRows): number {
  const draws = seededDraws(11);
  const truth = score(metric, drawn(draws, 60_000)).value ?? Number.NaN;
  const covered = Array.from({ length: 200 }, () => {
    const interval = scoreInterval(metric, drawn(draws, 80));
    return interval !== null && interval.low <= truth && truth <= interval.high;
  });
  return covered.filter(Boolean).length / covered.length;
}
