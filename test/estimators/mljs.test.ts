import { DecisionTreeClassifier, DecisionTreeRegression } from 'ml-cart';
import { describe, expect, it } from 'vitest';
import type { Estimator, Model, Target } from '../../src/estimators/estimator.ts';
import { mljsCart } from '../../src/estimators/mljs-cart.ts';
import { mljsKnn } from '../../src/estimators/mljs-knn.ts';
import { createSvm } from '../../src/estimators/mljs-libsvm.ts';
import { mljsLinear } from '../../src/estimators/mljs-linear.ts';
import { mljsPls } from '../../src/estimators/mljs-pls.ts';
import { mljsRandomForest } from '../../src/estimators/mljs-random-forest.ts';
import { mljsSvm } from '../../src/estimators/mljs-svm.ts';
import type { Matrix } from '../../src/frame/frame.ts';
import { seededDraws } from '../support/draws.ts';
import { oracleAnswers } from '../support/oracle-answers.ts';

type Rows = readonly (readonly number[])[];

/** Written by `test/fixtures/sklearn/make-mljs.py`. */
type Oracle = {
  readonly x: Rows;
  readonly z: Rows;
  readonly values: readonly number[];
  readonly codes: readonly number[];
  readonly newX: Rows;
  readonly newZ: Rows;
  readonly linear: readonly number[];
  readonly pls: { readonly [components: string]: readonly number[] };
  readonly knnShares: Rows;
  readonly knnMeans: readonly number[];
  readonly svcVectors: number;
  readonly svcCodes: readonly number[];
  readonly svr: readonly number[];
};

const oracle = oracleAnswers('mljs') as Oracle;

const values: Target = { kind: 'values', values: Float64Array.from(oracle.values) };
const classes: Target = {
  kind: 'classes',
  codes: Int32Array.from(oracle.codes),
  classes: ['a', 'b', 'c'],
};

function matrixOf(rows: Rows): Matrix {
  const width = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries())
    for (const [f, value] of row.entries()) data[f * rows.length + i] = value;
  return { rowCount: rows.length, names: Array.from({ length: width }, (_, f) => `f${f}`), data };
}

function fit(estimator: Estimator, rows: Rows, target: Target, parameters: object = {}): Model {
  const chosen = estimator.parameters.parse(parameters);
  return estimator.fit(matrixOf(rows), target, chosen, { seed: 7n });
}

function expectClose(found: Float64Array, expected: readonly number[], digits: number): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe('mljs/linear', () => {
  it('is scikit-learn’s least squares', () => {
    const model = fit(mljsLinear, oracle.x, values);
    expectClose(model.predict(matrixOf(oracle.newX)), oracle.linear, 9);
  });

  it('gives columns that add nothing a slope of 0', () => {
    const widened = (rows: Rows): Rows =>
      rows.map((row) => [...row, 3, (row[0] as number) - 2 * (row[3] as number), row[1] as number]);
    const model = fit(mljsLinear, widened(oracle.x), values);
    expectClose(model.predict(matrixOf(widened(oracle.newX))), oracle.linear, 7);
    expect([...(model.importance?.() ?? [])].slice(5)).toEqual([0, 0, 0]);
  });
});

describe('mljs/pls', () => {
  it('is scikit-learn’s partial least squares with any number of components', () => {
    for (const [components, expected] of Object.entries(oracle.pls)) {
      const model = fit(mljsPls, oracle.x, values, { components: Number(components) });
      expectClose(model.predict(matrixOf(oracle.newX)), expected, 6);
    }
  });

  it('takes no more components than there are independent columns', () => {
    const doubled = (rows: Rows): Rows => rows.map((row) => [...row, ...row]);
    const model = fit(mljsPls, doubled(oracle.x), values, { components: 100 });
    expectClose(model.predict(matrixOf(doubled(oracle.newX))), oracle.linear, 6);
  });
});

describe('mljs/knn', () => {
  it('has scikit-learn’s shares and means of neighbours', () => {
    const voting = fit(mljsKnn, oracle.z, classes);
    const shares = voting.predictProbabilities?.(matrixOf(oracle.newZ)) ?? new Float64Array(0);
    expectClose(shares, oracle.knnShares.flat(), 12);
    const averaging = fit(mljsKnn, oracle.z, values, { k: 3 });
    expectClose(averaging.predict(matrixOf(oracle.newZ)), oracle.knnMeans, 12);
  });

  it('asks every row where there are fewer than k', () => {
    const target: Target = { kind: 'values', values: Float64Array.of(1, 2, 6) };
    const model = fit(mljsKnn, [[1], [2], [3]], target);
    expect([...model.predict(matrixOf([[9]]))]).toEqual([3]);
  });
});

describe('mljs/cart', () => {
  const options = { maxDepth: 20, minNumSamples: 3, gainThreshold: 0 };

  it('predicts what ml-cart predicts', () => {
    const classifier = new DecisionTreeClassifier({ ...options, gainFunction: 'gini' });
    classifier.train(oracle.z, oracle.codes);
    const predicted = fit(mljsCart, oracle.z, classes).predict(matrixOf(oracle.newZ));
    expect([...predicted]).toEqual(classifier.predict(oracle.newZ));
    const regression = new DecisionTreeRegression(options);
    const ofDegree = oracle.values.map((value) => value / 10);
    regression.train(oracle.z, ofDegree);
    const target: Target = { kind: 'values', values: Float64Array.from(ofDegree) };
    const found = fit(mljsCart, oracle.z, target).predict(matrixOf(oracle.newZ));
    expectClose(found, regression.predict(oracle.newZ), 9);
  });

  it('says that it needs a feature', () => {
    const none = oracle.z.map(() => []);
    for (const estimator of [mljsCart, mljsRandomForest])
      expect(() => fit(estimator, none, classes)).toThrow('no feature is left');
  });
});

describe('mljs/random_forest', () => {
  it('asks every tree for its probabilities: where all of them are sure, it is, too', () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i < 20 ? 0 : 1]);
    const halves: Target = {
      kind: 'classes',
      codes: Int32Array.from(rows, ([half]) => half as number),
      classes: ['a', 'b'],
    };
    const model = fit(mljsRandomForest, rows, halves, { trees: 10 });
    const found = model.predictProbabilities?.(matrixOf([[0], [1]]));
    expect([...(found ?? [])]).toEqual([1, 0, 0, 1]);
  });

  it('averages its trees: more of them are nearer to the truth', () => {
    const half = oracle.z.length >> 1;
    const target: Target = {
      kind: 'values',
      values: Float64Array.from(oracle.values).slice(0, half),
    };
    const errorWith = (trees: number): number => {
      const model = fit(mljsRandomForest, oracle.z.slice(0, half), target, { trees });
      const predicted = model.predict(matrixOf(oracle.z.slice(half)));
      return predicted.reduce(
        (sum, value, i) => sum + (value - (oracle.values[half + i] as number)) ** 2,
        0,
      );
    };
    expect(errorWith(20)).toBeLessThan(errorWith(1));
  });
});

describe('mljs/svm', () => {
  const chosen = { cost: 2, gamma: 0.3 };

  it('separates classes as scikit-learn’s libsvm does', () => {
    const model = fit(mljsSvm, oracle.z, classes, chosen);
    const { vectorsPerClass } = model.toJson() as { readonly vectorsPerClass: readonly number[] };
    const count = vectorsPerClass.reduce((sum, vectors) => sum + vectors, 0);
    expect(Math.abs(count - oracle.svcVectors)).toBeLessThanOrEqual(1);
    // Labels here follow the probabilities, there the votes of pairs: they part on few rows.
    const predicted = model.predict(matrixOf(oracle.z));
    const same = oracle.svcCodes.filter((code, i) => code === predicted[i]).length;
    expect(same / oracle.svcCodes.length).toBeGreaterThanOrEqual(0.93);
  });

  it('gives the probabilities that libsvm gives', () => {
    const order = oracle.codes
      .map((code, row) => [code, row] as const)
      .sort(([a, i], [b, j]) => a - b || i - j)
      .map(([, row]) => row);
    const svm = createSvm({ kind: 'classes', cost: 2, gamma: 0.3, epsilon: 0.1 });
    svm.train(
      order.map((row) => oracle.z[row] as readonly number[]),
      order.map((row) => oracle.codes[row] as number),
    );
    const expected = oracle.newZ.flatMap((row) =>
      svm.predictOneProbability(row).estimates.map(({ probability }) => probability),
    );
    svm.free();
    const model = fit(mljsSvm, oracle.z, classes, chosen);
    const found = model.predictProbabilities?.(matrixOf(oracle.newZ)) ?? new Float64Array(0);
    expectClose(found, expected, 5);
  });

  it('predicts values as scikit-learn’s libsvm does', () => {
    const model = fit(mljsSvm, oracle.z, values, chosen);
    expectClose(model.predict(matrixOf(oracle.newZ)), oracle.svr, 2);
  });

  it('does not depend on fits before it, and leaves the process as it was', () => {
    const handlers = process.listenerCount('unhandledRejection');
    const bytes = fit(mljsSvm, oracle.z, classes).toBytes();
    const draws = seededDraws(5);
    const others = Array.from({ length: 40 }, () => [draws.normal(), draws.normal()]);
    const target: Target = {
      kind: 'classes',
      codes: Int32Array.from(others, () => draws.integer(2)),
      classes: ['a', 'b'],
    };
    for (let i = 0; i < 3; i++) fit(mljsSvm, others, target);
    expect(fit(mljsSvm, oracle.z, classes).toBytes()).toEqual(bytes);
    expect(process.listenerCount('unhandledRejection')).toBe(handlers);
  });

  it('says that it needs a feature', () => {
    const none = oracle.z.map(() => []);
    for (const target of [classes, values])
      expect(() => fit(mljsSvm, none, target)).toThrow('no feature is left');
  });

  it('stays finite with columns near the limits of numbers', () => {
    const far = oracle.z.map((row) => row.map((value) => value * 1e200));
    for (const target of [classes, values]) {
      for (const gamma of ['scale', 1]) {
        const model = fit(mljsSvm, far, target, { gamma });
        const predicted = model.predict(matrixOf(far));
        expect(predicted.every(Number.isFinite)).toBe(true);
      }
    }
  });
});
