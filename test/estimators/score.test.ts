import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLASSIFICATION_METRICS,
  METRICS,
  type Metric,
  REGRESSION_METRICS,
} from '../../src/domain/metric.ts';
import {
  type ClassRows,
  predictedCodes,
  type ScoredRows,
  type ValueRows,
} from '../../src/estimators/metrics/scored-rows.ts';
import { measure, score } from '../../src/estimators/score.ts';
import { metricCases } from '../support/metric-cases.ts';

function classRows(truth: readonly number[], probabilities: readonly number[], size = 2) {
  return {
    kind: 'classes',
    truth: Int32Array.from(truth),
    probabilities: Float64Array.from(probabilities),
    classes: ['a', 'b', 'c', 'd'].slice(0, size),
  } as const satisfies ClassRows;
}

function valueRows(truth: readonly number[], prediction: readonly number[]): ValueRows {
  return {
    kind: 'values',
    truth: Float64Array.from(truth),
    prediction: Float64Array.from(prediction),
  };
}

describe('score', () => {
  for (const { name, rows, scores } of metricCases()) {
    it(`agrees with scikit-learn to 1e-12: ${name}`, () => {
      for (const [metric, expected] of scores) {
        const found = score(metric, rows).value;
        if (expected === null || found === null)
          expect([metric, found]).toEqual([metric, expected]);
        else
          expect(Math.abs(found - expected), metric).toBeLessThanOrEqual(
            1e-12 * Math.max(1, Math.abs(expected)),
          );
      }
    });
  }

  it('covers every metric that a spec may name', () => {
    const covered = new Set(
      metricCases().flatMap(({ scores }) => scores.map(([metric]) => metric)),
    );
    expect([...covered].sort()).toEqual([...METRICS].sort());
  });

  it('says why there is no score', () => {
    expect(score('roc_auc', classRows([1, 1], [0.4, 0.6, 0.2, 0.8]))).toEqual({
      value: null,
      because: 'The truth holds one class, so nothing can be ranked.',
    });
    expect(score('pr_auc', classRows([0], [0.4, 0.6]))).toEqual({
      value: null,
      because: 'The truth holds no positive row.',
    });
    expect(score('kappa', classRows([1, 1], [0, 1, 0, 1])).value).toBeNull();
    expect(score('r2', valueRows([1], [1])).value).toBeNull();
    expect(score('rmsle', valueRows([-1, 2], [1, 2]))).toEqual({
      value: null,
      because: 'A true value is −1 or less, where ln(1 + x) ends.',
    });
    expect(score('mae', valueRows([], []))).toEqual({
      value: null,
      because: 'There are no rows to score.',
    });
    expect(score('mae', valueRows([1], [Number.NaN]))).toEqual({
      value: null,
      because: 'A prediction is not a finite number.',
    });
    expect(score('mae', { ...valueRows([1], [1]), weights: new Float64Array(1) })).toEqual({
      value: null,
      because: 'All rows have weight 0.',
    });
    expect(score('rmse', valueRows([1e300], [-1e300]))).toEqual({
      value: null,
      because: 'The rmse of these rows is too large for a number.',
    });
  });

  it('takes the lowest class where probabilities tie', () => {
    expect([...predictedCodes(Float64Array.of(0.5, 0.5, 0.2, 0.8, 0, 0), 2)]).toEqual([0, 1, 0]);
  });

  it('refuses a positive class that the target does not hold, naming what it holds', () => {
    const rows = { ...classRows([0, 1], [1, 0, 0, 1]), positive: 'yes' };
    expect(() => score('f1', rows)).toThrow(
      'The positive class "yes" is not in the target column, which holds "a", "b"; correct target.positive.',
    );
    expect(score('accuracy', rows)).toEqual({ value: 1 });
  });

  it('refuses a metric of the other task', () => {
    expect(() => score('rmse', classRows([0], [1, 0]))).toThrow(RangeError);
  });

  it('is a finite number or a reason, whatever the rows', () => {
    fc.assert(
      fc.property(anyRows, ([metric, rows]) => {
        const { value } = score(metric, rows);
        expect(value === null || Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(anyRows, ([metric, rows]) => {
        const found = score(metric, rows).value;
        const turned = score(metric, reversed(rows)).value;
        expect(turned === null).toBe(found === null);
        if (found !== null && turned !== null)
          expect(Math.abs(turned - found)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(found)));
      }),
    );
  });

  it('counts a row of weight 2 like two rows', () => {
    fc.assert(
      fc.property(anyRows, ([metric, rows]) => {
        const weights = new Float64Array(rows.truth.length).fill(1);
        weights[0] = 2;
        const weighted = score(metric, { ...rows, weights }).value;
        const doubled = score(metric, taken(rows, [...rows.truth.keys(), 0])).value;
        // r2 alone asks for two rows, and a row is a row whatever its weight.
        if (weighted === null || doubled === null)
          expect(weighted === doubled || rows.truth.length === 1).toBe(true);
        else
          expect(Math.abs(weighted - doubled)).toBeLessThanOrEqual(
            1e-9 * Math.max(1, Math.abs(doubled)),
          );
      }),
    );
  });
});

describe('influence', () => {
  it('is the rate at which a score moves with the weight of a row', () => {
    // The median moves in steps: its influence rests on a density instead.
    const isSmooth = (metric: Metric): boolean => metric !== 'median_ae';
    for (const { name, rows, scores } of metricCases()) {
      for (const [metric] of scores.filter(([one]) => isSmooth(one))) {
        if (score(metric, rows).value === null) continue;
        const influence = measure(metric, rows).influence();
        for (const row of new Set([0, rows.truth.length >> 1, rows.truth.length - 1])) {
          const rate = numericInfluence(metric, rows, row);
          if (rate === null) continue;
          const scale = Math.max(1, Math.abs(rate));
          expect(
            Math.abs((influence[row] as number) - rate) / scale,
            `${metric}, row ${row}, ${name}`,
          ).toBeLessThan(1e-4);
        }
      }
    }
  });

  it('sums to nothing over the weighted rows', () => {
    for (const { rows, scores } of metricCases()) {
      for (const [metric] of scores.filter(([one]) => one !== 'median_ae' && one !== 'mape')) {
        if (score(metric, rows).value === null) continue;
        const influence = measure(metric, rows).influence();
        const sum = influence.reduce((total, psi, i) => total + psi * (rows.weights?.[i] ?? 1), 0);
        expect(Math.abs(sum), metric).toBeLessThan(1e-6);
      }
    }
  });
});

/** W·∂θ/∂w by differences; null where the weight is 0 or the score leaves its smooth range. */
function numericInfluence(metric: Metric, rows: ScoredRows, row: number): number | null {
  const weights = rows.weights ?? new Float64Array(rows.truth.length).fill(1);
  const weight = weights[row] as number;
  const step = weight * 1e-5;
  if (step === 0) return null;
  const at = (change: number): number | null =>
    score(metric, { ...rows, weights: weights.with(row, weight + change) }).value;
  const [above, below] = [at(step), at(-step)];
  const total = weights.reduce((sum, one) => sum + one, 0);
  return above === null || below === null ? null : ((above - below) / (2 * step)) * total;
}

function reversed(rows: ScoredRows): ScoredRows {
  return taken(rows, [...rows.truth.keys()].reverse());
}

function taken(rows: ScoredRows, order: readonly number[]): ScoredRows {
  const pick = (values: ArrayLike<number>): number[] => order.map((i) => values[i] as number);
  if (rows.kind === 'values') return valueRows(pick(rows.truth), pick(rows.prediction));
  const size = rows.classes.length;
  const probabilities = order.flatMap((i) => [
    ...rows.probabilities.subarray(i * size, (i + 1) * size),
  ]);
  return classRows(pick(rows.truth), probabilities, size);
}

const anyClassRows = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 12 }))
  .chain(([size, count]) =>
    fc.tuple(
      fc.array(fc.nat(size - 1), { minLength: count, maxLength: count }),
      fc.array(fc.integer({ min: 0, max: 4 }), {
        minLength: count * size,
        maxLength: count * size,
      }),
      fc.constant(size),
    ),
  )
  .map(([truth, shares, size]): ScoredRows => {
    const sums = truth.map((_, i) =>
      shares.slice(i * size, (i + 1) * size).reduce((sum, share) => sum + share, 0),
    );
    const probabilities = shares.map((share, at) => {
      const sum = sums[Math.floor(at / size)] as number;
      return sum === 0 ? 1 / size : share / sum;
    });
    return classRows(truth, probabilities, size);
  });

const anyValueRows = fc
  .array(
    fc.tuple(
      fc.oneof(fc.integer({ min: -3, max: 9 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      fc.oneof(fc.integer({ min: -3, max: 9 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map(
    (pairs): ScoredRows =>
      valueRows(
        pairs.map(([truth]) => truth),
        pairs.map(([, prediction]) => prediction),
      ),
  );

const anyRows = fc.oneof(
  fc.tuple(fc.constantFrom<Metric>(...CLASSIFICATION_METRICS), anyClassRows),
  fc.tuple(fc.constantFrom<Metric>(...REGRESSION_METRICS), anyValueRows),
);
