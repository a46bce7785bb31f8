import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FoldErrors, shrink } from '../../src/estimators/shrink.ts';
import { type Draws, seededDraws } from '../support/draws.ts';

/** Errors of `rows` rows: own and other predictions scatter so far around the truth. */
function foldOf(draws: Draws, fold: number, rows: number, [own, other]: readonly [number, number]) {
  const sums = { fold, rows, square: 0, cross: 0, other: 0 };
  for (let i = 0; i < rows; i++) {
    const ofOwn = own * draws.normal();
    const ofOther = other * draws.normal();
    sums.square += (ofOther - ofOwn) ** 2;
    sums.cross += ofOther * (ofOther - ofOwn);
    sums.other += ofOther ** 2;
  }
  return sums;
}

function partitions(count: number, seed: number, spreads: readonly [number, number]) {
  const draws = seededDraws(seed);
  return Array.from({ length: count }, () =>
    [0, 1, 2].map((fold) => foldOf(draws, fold, 1 + draws.integer(8), spreads)),
  );
}

const mean = (weights: readonly number[]) =>
  weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
const weightsOf = (pool: readonly (readonly FoldErrors[])[]) =>
  shrink(pool).map(({ weight }) => weight);

describe('shrinking towards what all partitions together say', () => {
  it('leaves the word to the model that is better everywhere', () => {
    expect(mean(weightsOf(partitions(60, 1, [4, 1])))).toBeLessThan(0.1);
    expect(mean(weightsOf(partitions(60, 2, [1, 4])))).toBeGreaterThan(0.9);
  });

  it('has two that are equally good share it', () => {
    const shared = shrink(partitions(60, 3, [2, 2]));
    const judged = mean(shared.flatMap(({ withoutFold }) => withoutFold));
    expect(judged).toBeGreaterThan(0.4);
    expect(judged).toBeLessThan(0.6);
    // The model that answers has learned from all rows, those that were judged from two folds of three.
    expect(mean(shared.map(({ weight }) => weight))).toBeGreaterThan(judged);
  });

  it('listens to a partition that says otherwise, the more rows it has', () => {
    const draws = seededDraws(4);
    const odd = (rows: number) => [0, 1, 2].map((fold) => foldOf(draws, fold, rows, [0.5, 4]));
    const others = partitions(60, 5, [4, 1]);
    const [few, many] = [odd(1), odd(200)].map((one) => weightsOf([one, ...others])[0]);
    expect(many).toBeGreaterThan(0.9);
    expect(few).toBeLessThan(many as number);
  });

  it('gives the other model all where a partition has no row to judge by, or there is none at all', () => {
    expect(weightsOf([[], ...partitions(5, 6, [1, 4])])[0]).toBe(0);
    expect(shrink([])).toEqual([]);
    expect(shrink([[]])).toEqual([{ weight: 0, withoutFold: [] }]);
  });

  const fold = fc.integer({ min: 0, max: 2 });
  const sizes = fc.array(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 12,
  });
  const pools = fc.record({ sizes, seed: fc.nat(1e6) }).map(({ sizes: all, seed }) => {
    const draws = seededDraws(seed);
    return all.map((rows) => rows.map((count, i) => foldOf(draws, i, count, [1, 1])));
  });

  it('weighs in hundredths between none and all, by numbers that a fold has no part in', () => {
    fc.assert(
      fc.property(pools, fold, (pool, left) => {
        const before = shrink(pool);
        for (const { weight, withoutFold } of before)
          for (const one of [weight, ...withoutFold]) {
            expect(one).toBeGreaterThanOrEqual(0);
            expect(one).toBeLessThanOrEqual(1);
            expect(Math.round(100 * one) / 100).toBe(one);
          }
        const changed = pool.map((folds) =>
          folds.map((one) =>
            one.fold === left ? { ...one, cross: -one.cross, other: 7 * one.other } : one,
          ),
        );
        const without = (all: ReturnType<typeof shrink>) =>
          all.map(({ withoutFold }) => withoutFold[left]);
        expect(without(shrink(changed))).toEqual(without(before));
      }),
      { numRuns: 60 },
    );
  });
});
