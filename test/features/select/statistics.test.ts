import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomForest } from '../../../src/estimators/random-forest.ts';
import { oneWayF, regressionF } from '../../../src/features/select/anova.ts';
import { chiSquare, unbiasedCramersV } from '../../../src/features/select/chi-square.ts';
import { contingencyOf, degreesOfFreedom } from '../../../src/features/select/contingency.ts';
import { rankByL1 } from '../../../src/features/select/l1.ts';
import { mutualInformation } from '../../../src/features/select/mutual-information.ts';
import { median, mode, quantile, variance } from '../../../src/features/statistics.ts';
import { valuesOf } from '../handle/fits.ts';
import { answers } from '../scikit-learn.ts';

const classes = Int32Array.from(answers.classes);
const columns = answers.columns.map((column) => Float64Array.from(column));
const table = contingencyOf(
  { codes: Int32Array.from(answers.levels), count: 4 },
  { codes: classes, count: 3 },
);

describe('the statistics of selection', () => {
  it('agree with scikit-learn on the F of a column by class and by response', () => {
    columns.forEach((column, i) => {
      const byClass = answers.anovaByClass[i] as number;
      const byResponse = answers.anovaByResponse[i] as number;
      expect(oneWayF(column, classes, 3) / byClass).toBeCloseTo(1, 10);
      expect(regressionF(column, Float64Array.from(answers.response)) / byResponse).toBeCloseTo(
        1,
        10,
      );
    });
  });

  it('count only classes that have rows', () => {
    const column = columns[0] as Float64Array;
    expect(oneWayF(column, classes, 9)).toBe(oneWayF(column, classes, 3));
  });

  it('agree with scipy on chi-square, and with scikit-learn on mutual information', () => {
    expect(chiSquare(table)).toBeCloseTo(answers.chiSquare, 10);
    expect(mutualInformation(table)).toBeCloseTo(answers.mutualInformation, 12);
    expect(degreesOfFreedom(table)).toBe(6);
  });

  it('know a perfect association, none, and an identifier that only seems to be one', () => {
    const halves = { codes: Int32Array.from({ length: 40 }, (_, i) => i % 2), count: 2 };
    const quarters = { codes: Int32Array.from({ length: 40 }, (_, i) => (i >> 1) & 1), count: 2 };
    const identifier = { codes: Int32Array.from({ length: 40 }, (_, i) => i), count: 40 };
    expect(unbiasedCramersV(contingencyOf(halves, halves))).toBeCloseTo(1, 12);
    expect(unbiasedCramersV(contingencyOf(quarters, halves))).toBe(0);
    expect(unbiasedCramersV(contingencyOf(identifier, halves))).toBeCloseTo(0, 6);
  });

  it('let columns enter the lasso in the order of least-angle regression', () => {
    const data = Float64Array.from(columns.flatMap((column) => [...column]));
    const scores = rankByL1(
      {
        columns: columns.map((_, i) => `x${i}`),
        x: { rowCount: classes.length, names: columns.map((_, i) => `x${i}`), data },
        isText: columns.map(() => false),
        missingShares: columns.map(() => 0),
        target: valuesOf(answers.response),
        weights: undefined,
        seed: 0n,
        estimator: randomForest,
        stop: undefined,
      },
      columns.length,
    );
    const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
    expect(order).toEqual(answers.lassoOrder);
    expect(new Set(scores).size).toBe(columns.length);
  });

  it('find the median without sorting', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 }),
        (values) => {
          const sample = Float64Array.from(values);
          expect(median(sample) + 0).toBe(quantile(sample.slice().sort(), 0.5) + 0);
          expect(sample).toEqual(Float64Array.from(values));
        },
      ),
    );
  });

  it('are exact where they can be', () => {
    expect(quantile(Float64Array.of(1, 2, 4), 0.75)).toBe(3);
    expect(mode(Float64Array.of(1, 2, 2, 3, 3))).toBe(2);
    expect(variance(Float64Array.of(0.1, 0.1, 0.1))).toBe(0);
  });
});
