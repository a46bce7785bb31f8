import { afterEach, describe, expect, it, vi } from 'vitest';
import { FitStopped } from '../../src/estimators/estimator.ts';
import { predictMatrix } from '../../src/estimators/predict-matrix.ts';
import { findEstimator } from '../../src/estimators/registry.ts';
import { classTable, rowsOf, valueTable } from '../support/tables.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Fits that take long enough to be stopped. */
const STOPPABLE = [
  'ridge',
  'lasso',
  'logistic',
  'svm',
  'decision_tree',
  'random_forest',
  'extra_trees',
  'gradient_boosting',
  'mlp',
];

/** An estimator and something to learn. */
function learning(id: string, rows: number) {
  const estimator = findEstimator(id);
  if (estimator === undefined) throw new RangeError(id);
  const isClassifier = estimator.tasks.some((one) => one === 'classification' || one === 'anomaly');
  return { estimator, ...(isClassifier ? classTable(rows, 1) : valueTable(rows, 1)) };
}

/** The flag is set by another thread in earnest; here by the third look at it. */
function flagSetAtThirdLook() {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  let looks = 0;
  vi.spyOn(Atomics, 'load').mockImplementation((flag, index) => {
    looks++;
    if (looks === 3) flag[index] = 1 as never;
    return flag[index] as never;
  });
  return { stop, looks: () => looks };
}

function predicting(id: string, rows: number) {
  const { estimator, x, y } = learning(id, rows);
  const model = estimator.fit(x, y, estimator.parameters.parse({}), { seed: 1n });
  return { model, x, classCount: y.kind === 'classes' ? y.classes.length : 0 };
}

describe('a prediction that a training asks for', () => {
  it.each(['knn', 'mljs/cart'])('of %s is not begun once the flag is set', (id) => {
    const { model, x, classCount } = predicting(id, 60);
    expect(() => predictMatrix(model, x, classCount, Int32Array.of(1))).toThrow(FitStopped);
  });

  it.each([
    ['knn', 5000],
    ['mljs/knn', 200],
    ['mljs/svm', 200],
    ['isolation_forest', 200],
  ] as const)('of %s for %d rows ends when the flag is set as it goes', (id, rows) => {
    const { model, x, classCount } = predicting(id, rows);
    const { stop, looks } = flagSetAtThirdLook();
    expect(() => predictMatrix(model, x, classCount, stop)).toThrow(FitStopped);
    expect(looks()).toBe(3);
  });
});

describe('a running fit', () => {
  it.each(STOPPABLE)('of %s looks at its stop flag as it goes, and ends when that is set', (id) => {
    const { estimator, x, y } = learning(id, 20_000);
    const parameters = estimator.parameters.parse({});
    const { stop, looks } = flagSetAtThirdLook();
    const fit = () => estimator.fit(x, y, parameters, { seed: 1n, stop });
    expect(fit).toThrow(FitStopped);
    expect(looks()).toBe(3);
    // The kernels are as good as new.
    const part = rowsOf({ x, y }, [1, 2, 3, 4, 5]);
    const again = () => estimator.fit(part.x, part.y, parameters, { seed: 1n }).toBytes();
    expect(again()).toEqual(again());
  });
});
