import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FalseDiscovery } from '../../src/estimators/false-discovery.ts';

const pValues = fc.array(
  fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.01, 1)),
  { maxLength: 40 },
);

/** By its definition: the least p·m÷k over all tests that are no smaller, k of them being no larger. */
function rateOf(pValue: number, all: readonly number[]): number {
  const rates = all
    .filter((other) => other >= pValue)
    .map((other) => {
      const rank = all.filter((one) => one <= other).length;
      return Math.max(other, (other * all.length) / rank);
    });
  return Math.min(1, ...rates);
}

describe('the rate of false discoveries', () => {
  it('is that of Benjamini and Hochberg, in whatever order tests are counted', () => {
    fc.assert(
      fc.property(pValues, (all) => {
        const tests = new FalseDiscovery();
        for (const pValue of all) tests.count(pValue);
        expect(tests.tests).toBe(all.length);
        for (const pValue of all) expect(tests.rateOf(pValue)).toBe(rateOf(pValue, all));
      }),
      { seed: 3 },
    );
  });

  it('holds for more tests than were made room for, and counts on after it was asked', () => {
    const tests = new FalseDiscovery();
    for (let i = 0; i < 3000; i++) tests.count(1);
    tests.count(1e-6);
    expect(tests.rateOf(1e-6)).toBe(1e-6 * 3001);
    tests.count(1e-6);
    expect(tests.rateOf(1e-6)).toBeCloseTo((1e-6 * 3002) / 2, 15);
  });
});
