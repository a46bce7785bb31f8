import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/estimators/estimator.ts';
import { type CentredContent, createLinearModel } from '../../src/estimators/linear-model.ts';
import { findEstimator } from '../../src/estimators/registry.ts';
import { contributionsOf, fitted, totalOf } from '../support/contributions.ts';
import { classes, classTable, valueTable } from '../support/tables.ts';

const LINES = ['linear', 'ridge', 'lasso', 'elastic_net', 'mljs/linear', 'mljs/pls'] as const;

describe.each(LINES)('contributions of %s', (id) => {
  const table = valueTable(80, 12);
  const model = fitted(id, table, {});
  const { scale, expected, shares } = contributionsOf(model, table.x);

  it('add up to the prediction, from the mean over the training rows', () => {
    const predicted = model.predict(table.x);
    const mean = predicted.reduce((sum, value) => sum + value / 80, 0);
    expect(scale).toBe('value');
    expect(expected[0]).toBeCloseTo(mean, 9);
    predicted.forEach((prediction, row) => {
      const total = shares.subarray(4 * row, 4 * row + 4).reduce((a, b) => a + b, mean);
      expect(total).toBeCloseTo(prediction, 9);
    });
  });

  it('come back with the bytes, and are told in JSON', () => {
    const estimator = findEstimator(id);
    const again = estimator?.load(model.toBytes()) as Model;
    expect(contributionsOf(again, table.x).shares).toEqual(shares);
    expect(again.toJson()).toMatchObject({ centres: expect.any(Array) });
  });
});

describe('contributions of a logistic model', () => {
  it('are log odds for two classes, and scores that softmax takes for more', () => {
    const { x, y } = classTable(90, 6);
    const two = classes(
      Array.from(y.codes, (code) => Math.min(code, 1)),
      ['a', 'b'],
    );
    const binary = fitted('logistic', { x, y: two }, {});
    const odds = contributionsOf(binary, x);
    expect([odds.scale, ...odds.classes]).toEqual(['log_odds', 1]);
    const ofTwo = binary.predictProbabilities?.(x) ?? new Float64Array(0);
    const several = fitted('logistic', { x, y }, {});
    const scores = contributionsOf(several, x);
    expect([scores.scale, ...scores.classes]).toEqual(['score', 0, 1, 2]);
    const ofThree = several.predictProbabilities?.(x) ?? new Float64Array(0);
    for (let row = 0; row < 90; row++) {
      const p = ofTwo[2 * row + 1] as number;
      expect(totalOf(odds, row, 4)[0]).toBeCloseTo(Math.log(p / (1 - p)), 9);
      const raised = totalOf(scores, row, 4).map(Math.exp);
      const sum = raised.reduce((a, b) => a + b, 0);
      raised.forEach((one, k) => expect(one / sum).toBeCloseTo(ofThree[3 * row + k] as number, 9));
    }
  });

  it('are not there in models of the first format, which predict as ever', () => {
    const { x, y } = classTable(60, 2);
    const model = fitted('logistic', { x, y }, {});
    const { centres: _, ...first } = readLinearContent(model);
    const old = createLinearModel(first);
    const again = findEstimator('logistic')?.load(old.toBytes()) as Model;
    expect(again).not.toHaveProperty('contributions', expect.anything());
    expect(again.predictProbabilities?.(x)).toEqual(model.predictProbabilities?.(x));
  });
});

/** What `toJson` tells, as content. */
function readLinearContent(model: Model): CentredContent {
  const json = model.toJson() as {
    readonly outputs: readonly { readonly intercept: number; readonly coefficients: number[] }[];
    readonly importance: number[];
    readonly centres: number[];
  };
  return {
    algorithm: model.algorithm,
    classCount: 3,
    present: Int32Array.of(0, 1, 2),
    columns: json.importance.length,
    coefficients: Float64Array.from(json.outputs.flatMap(({ coefficients }) => coefficients)),
    intercepts: Float64Array.from(json.outputs, ({ intercept }) => intercept),
    importance: Float64Array.from(json.importance),
    centres: Float64Array.from(json.centres),
  };
}
