import { afterEach, describe, expect, it, vi } from 'vitest';
import { FitStopped } from '../../src/estimators/estimator.ts';
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

describe('a running fit', () => {
  it.each(STOPPABLE)('of %s looks at its stop flag as it goes, and ends when that is set', (id) => {
    const estimator = findEstimator(id);
    if (estimator === undefined) throw new RangeError(id);
    const rows = 20_000;
    const isClassifier = estimator.tasks.includes('classification');
    const { x, y } = isClassifier ? classTable(rows, 1) : valueTable(rows, 1);
    const parameters = estimator.parameters.parse({});
    const stop = new Int32Array(new SharedArrayBuffer(4));
    let looks = 0;
    // The flag is set by another thread in earnest; here by the third look at it.
    vi.spyOn(Atomics, 'load').mockImplementation((flag, index) => {
      looks++;
      if (looks === 3) flag[index] = 1 as never;
      return flag[index] as never;
    });
    const fit = () => estimator.fit(x, y, parameters, { seed: 1n, stop });
    expect(fit).toThrow(FitStopped);
    expect(looks).toBe(3);
    // The kernels are as good as new.
    const part = rowsOf({ x, y }, [1, 2, 3, 4, 5]);
    const again = () => estimator.fit(part.x, part.y, parameters, { seed: 1n }).toBytes();
    expect(again()).toEqual(again());
  });
});
