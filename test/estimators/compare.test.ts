import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Metric } from '../../src/domain/metric.ts';
import { adjustPValues, comparePaired, verdict } from '../../src/estimators/compare.ts';
import type { ClassRows, ScoredRows, ValueRows } from '../../src/estimators/metrics/scored-rows.ts';
import { upperTail } from '../../src/estimators/normal-distribution.ts';
import { type Draws, seededDraws } from '../support/draws.ts';

/** All rows are of class 0; `isHit` says which predictions are right. */
function hitRows(isHit: readonly boolean[]): ClassRows {
  const probabilities = Float64Array.from(isHit.flatMap((hit) => (hit ? [1, 0] : [0, 1])));
  const truth = new Int32Array(isHit.length);
  return { kind: 'classes', truth, probabilities, classes: ['a', 'b'] };
}

function valueRows(truth: Float64Array, prediction: Float64Array): ValueRows {
  return { kind: 'values', truth, prediction };
}

/** Two classifiers that see the same thing with independent noise of their own; the second with more where asked. */
function drawnPair(draws: Draws, count: number, extraNoise = 0): readonly [ClassRows, ClassRows] {
  const truth = new Int32Array(count);
  const sides = [new Float64Array(count * 2), new Float64Array(count * 2)] as const;
  for (let i = 0; i < count; i++) {
    const signal = draws.normal();
    truth[i] = draws.uniform() < 1 / (1 + Math.exp(-3 * signal)) ? 1 : 0;
    for (const [side, probabilities] of sides.entries()) {
      const seen = signal + (0.6 + side * extraNoise) * draws.normal();
      const probability = 1 / (1 + Math.exp(-1.5 * seen));
      probabilities.set([1 - probability, probability], 2 * i);
    }
  }
  const rowsOf = (probabilities: Float64Array): ClassRows => ({
    kind: 'classes',
    truth,
    probabilities,
    classes: ['a', 'b'],
  });
  return [rowsOf(sides[0]), rowsOf(sides[1])];
}

function drawnValuePair(draws: Draws, count: number): readonly [ValueRows, ValueRows] {
  const truth = Float64Array.from({ length: count }, () => 20 + 3 * draws.normal());
  const noisy = (): ValueRows =>
    valueRows(
      truth,
      truth.map((value) => value + draws.normal()),
    );
  return [noisy(), noisy()];
}

describe('paired comparison', () => {
  it('is McNemar’s test with Yates’ correction where the metric is accuracy', () => {
    const first = Array.from({ length: 80 }, (_, i) => i < 60);
    const second = first.map((hit, i) => (i < 15 ? false : i >= 75 ? true : hit));
    const found = comparePaired('accuracy', hitRows(first), hitRows(second));
    expect(found?.difference).toBeCloseTo(10 / 80, 12);
    expect(found?.pValue).toBeCloseTo(upperTail((15 - 5 - 1) / Math.sqrt(20)), 12);
    expect(found?.rows).toBe(80);
  });

  it('finds nothing between identical predictions, or those that differ by rounding', () => {
    const [rows] = drawnValuePair(seededDraws(1), 50);
    const same = { difference: 0, interval: { low: 0, high: 0 }, pValue: 1, rows: 50 };
    expect(comparePaired('rmse', rows, rows)).toEqual(same);
    const rounded = { ...rows, prediction: rows.prediction.map((value) => value * (1 + 2e-16)) };
    expect(comparePaired('rmse', rounded, rows)).toEqual(same);
  });

  it('is positive for the better model in either direction of the metric', () => {
    const [good, poor] = drawnPair(seededDraws(2), 400, 2);
    for (const metric of ['accuracy', 'roc_auc', 'log_loss', 'brier', 'macro_f1'] as const) {
      const found = comparePaired(metric, good, poor);
      const turned = comparePaired(metric, poor, good);
      expect(found?.difference, metric).toBeGreaterThan(0);
      expect(turned?.difference).toBe(-(found?.difference ?? 0));
      expect(found?.interval.low).toBeGreaterThan(0);
      expect(found?.pValue).toBeLessThan(0.001);
      expect(turned?.pValue).toBeGreaterThan(0.999);
      expect(turned?.interval.high).toBeCloseTo(-(found?.interval.low ?? 0), 12);
    }
  });

  it('lets no single row decide', () => {
    const [rows, other] = drawnValuePair(seededDraws(3), 40);
    const outlier = { ...other, prediction: other.prediction.with(7, 1000) };
    const found = comparePaired('rmse', rows, outlier);
    expect(found?.difference).toBeGreaterThan(100);
    expect(found?.pValue).toBeGreaterThan(0.1);
  });

  it('weighs rows: a row of weight 0 says nothing', () => {
    const [a, b] = drawnValuePair(seededDraws(4), 60);
    const weights = Float64Array.from({ length: 60 }, (_, i) => (i < 30 ? 1 : 0));
    const half = (rows: ValueRows): ValueRows =>
      valueRows(rows.truth.slice(0, 30), rows.prediction.slice(0, 30));
    const found = comparePaired('mae', { ...a, weights }, { ...b, weights });
    const expected = comparePaired('mae', half(a), half(b));
    expect(found?.difference).toBeCloseTo(expected?.difference ?? 0, 12);
    expect(found?.pValue).toBeCloseTo(expected?.pValue ?? 0, 12);
  });

  it('shows exactly the differences that its test does not reject', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    const weight = fc.constantFrom(0.5, 1, 3);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number, number, weight), { minLength: 2, maxLength: 40 }),
        fc.constantFrom<Metric>('rmse', 'mae', 'r2'),
        (drawn, metric) => {
          const side = (k: 1 | 2): ValueRows => ({
            kind: 'values',
            truth: Float64Array.from(drawn, ([truth]) => truth),
            prediction: Float64Array.from(drawn, (row) => row[k]),
            weights: Float64Array.from(drawn, ([, , , w]) => w),
          });
          const found = comparePaired(metric, side(1), side(2));
          if (found === null || found.pValue === 1) return;
          const { difference, interval, pValue } = found;
          expect(interval.low).toBeLessThanOrEqual(difference);
          expect(interval.high).toBeGreaterThanOrEqual(difference);
          if (pValue < 0.025 - 1e-6) expect(interval.low).toBeGreaterThan(0);
          if (pValue > 0.025 + 1e-6) expect(interval.low).toBeLessThanOrEqual(0);
          const turned = comparePaired(metric, side(2), side(1));
          if ((turned?.pValue ?? 1) < 0.025 - 1e-6) expect(interval.high).toBeLessThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('decides nothing by two or three rows', () => {
    const truth = Float64Array.of(1, 2, 3);
    const right = valueRows(truth, truth);
    const found = comparePaired('rmse', right, valueRows(truth, Float64Array.of(6, 7, 8)));
    expect(found).toMatchObject({ difference: 5, pValue: 1 });
    expect(found?.interval.low).toBe(0);
  });

  it('is none where a score is missing', () => {
    const rows = hitRows([true, false, true]);
    expect(comparePaired('roc_auc', rows, rows)).toBeNull();
    expect(comparePaired('accuracy', hitRows([true]), hitRows([false]))).toBeNull();
  });

  it('calls equal models different in at most 7 % of 400 samples at level 5 %, under every kind of metric', () => {
    const rejections = (metric: Metric, drawn: () => readonly [ScoredRows, ScoredRows]): number => {
      const pValues = Array.from(
        { length: 400 },
        () => comparePaired(metric, ...drawn())?.pValue ?? 1,
      );
      return pValues.filter((pValue) => pValue <= 0.05).length / pValues.length;
    };
    const draws = seededDraws(5);
    for (const metric of ['accuracy', 'macro_f1', 'roc_auc', 'pr_auc', 'log_loss'] as const)
      expect(
        rejections(metric, () => drawnPair(draws, 80)),
        metric,
      ).toBeLessThanOrEqual(0.07);
    for (const metric of ['rmse', 'mae', 'median_ae', 'r2'] as const)
      expect(
        rejections(metric, () => drawnValuePair(draws, 80)),
        metric,
      ).toBeLessThanOrEqual(0.07);
  });

  it('has an interval that covers the true difference in at least 91 % of 200 samples', () => {
    const draws = seededDraws(6);
    for (const metric of ['accuracy', 'macro_f1', 'roc_auc', 'log_loss'] as const) {
      const truth = comparePaired(metric, ...drawnPair(draws, 60_000, 1))?.difference ?? Number.NaN;
      const covered = Array.from({ length: 200 }, () => {
        const interval = comparePaired(metric, ...drawnPair(draws, 100, 1))?.interval;
        return interval !== undefined && interval.low <= truth && truth <= interval.high;
      });
      expect(covered.filter(Boolean).length, metric).toBeGreaterThanOrEqual(182);
    }
  });
});

describe('p-values of many partitions', () => {
  it('are adjusted as Benjamini and Hochberg do', () => {
    const adjusted = adjustPValues([0.01, 0.04, 0.03, 0.005]);
    for (const [i, expected] of [0.02, 0.04, 0.04, 0.02].entries())
      expect(adjusted[i]).toBeCloseTo(expected, 12);
    expect(adjustPValues([])).toEqual([]);
    expect(adjustPValues([0.6, 1])).toEqual([1, 1]);
  });

  it('never shrink, keep their order and stay at most 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
        (pValues) => {
          const adjusted = adjustPValues(pValues);
          for (const [i, pValue] of pValues.entries()) {
            expect(adjusted[i]).toBeGreaterThanOrEqual(pValue);
            expect(adjusted[i]).toBeLessThanOrEqual(1);
            for (const [j, other] of pValues.entries())
              if (pValue < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] as number);
          }
        },
      ),
    );
  });
});

describe('verdict', () => {
  it('asks for evidence before a partition gets a model of its own', () => {
    const interval = { low: 0.01, high: 0.09 };
    expect(verdict({ interval, adjustedPValue: 0.05 })).toBe('own');
    expect(verdict({ interval, adjustedPValue: 0.06 })).toBe('tie');
    expect(verdict({ interval: { low: 0, high: 0.1 }, adjustedPValue: 0.05 })).toBe('tie');
  });

  it('is the global model where the whole interval speaks for it, else a tie', () => {
    const adjustedPValue = 1;
    expect(verdict({ interval: { low: -0.09, high: -0.01 }, adjustedPValue })).toBe('global');
    expect(verdict({ interval: { low: -0.2, high: 0.1 }, adjustedPValue })).toBe('tie');
    expect(verdict({ interval: { low: 0, high: 0 }, adjustedPValue })).toBe('tie');
  });
});
