import { describe, expect, it } from 'vitest';
import { drift, seasonalNaive } from '../../src/estimators/carried-value.ts';
import { FitStopped } from '../../src/estimators/estimator.ts';
import { loadModel } from '../../src/estimators/registry.ts';
import { matrixOf, values } from '../support/tables.ts';

const X = matrixOf([
  [null, 1, 3, 6],
  [null, null, 1, 3],
]);
const Y = values([1, 3, 6, 10]);
const named = { column: 'x0' };

describe.each([seasonalNaive, drift])('$id', (estimator) => {
  it('predicts the same after its bytes were loaded, and refuses others', () => {
    const model = estimator.fit(X, Y, named, { seed: 1n });
    const bytes = model.toBytes();
    expect(loadModel(bytes).predict(X)).toEqual(model.predict(X));
    expect(loadModel(bytes).toJson()).toEqual(model.toJson());
    for (let at = 0; at < bytes.length; at++) {
      expect(() => loadModel(bytes.slice(0, at))).toThrow();
      expect(() => loadModel(bytes.map((byte, i) => (i === at ? byte ^ 0x55 : byte)))).toThrow();
    }
  });

  it('says the mean where nothing earlier is known', () => {
    const model = estimator.fit(X, Y, named, { seed: 1n });
    expect(model.predict(X)[0]).toBe(5);
    expect([...estimator.fit(X, Y, { column: null }, { seed: 1n }).predict(X)]).toEqual([
      5, 5, 5, 5,
    ]);
    const nothing = matrixOf([[null, null]]);
    expect([
      ...estimator.fit(nothing, values([2, 4]), named, { seed: 1n }).predict(nothing),
    ]).toEqual([3, 3]);
  });

  it('ends when it is asked to stop', () => {
    const stop = Int32Array.of(1);
    expect(() => estimator.fit(X, Y, named, { seed: 1n, stop })).toThrow(FitStopped);
  });
});

it('carries the earlier value on, with the mean change where there is drift', () => {
  const weights = Float64Array.of(1, 1, 0, 2);
  expect([...seasonalNaive.fit(X, Y, named, { seed: 1n }).predict(X)].slice(1)).toEqual([1, 3, 6]);
  expect([...drift.fit(X, Y, named, { seed: 1n }).predict(X)].slice(1)).toEqual([4, 6, 9]);
  const weighed = drift.fit(X, Y, named, { seed: 1n, weights }).predict(X);
  expect(weighed[1]).toBeCloseTo(1 + (2 + 2 * 4) / 3, 12);
});
