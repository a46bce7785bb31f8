import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedEffects } from '../../src/estimators/expected-effects.ts';
import { NORMAL_95, upperTail } from '../../src/estimators/normal-distribution.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { chooseModels } from '../../src/partition/choice.ts';
import { seededDraws } from '../support/draws.ts';

/** Partitions by how much better their own models truly are, and how well their rows can tell. */
type Kind = {
  readonly count: number;
  readonly rows: number;
  readonly mean: number;
  readonly deviation: number;
  readonly error: number;
  /** The other model's score, of a metric in the unit of the target. */
  readonly scale?: number;
};

/** By kind, how many ties went to own models, and how many of those are truly worse. */
function poolTies(kinds: readonly Kind[], seed: number) {
  const draws = seededDraws(seed);
  const drawn = kinds.flatMap(({ count, rows, mean, deviation, error, ...scale }, kind) =>
    Array.from({ length: count }, (_, i) => {
      const truth = mean + deviation * draws.normal();
      const difference = truth + error * draws.normal();
      const reach = NORMAL_95 * error;
      const interval = { low: difference - reach, high: difference + reach };
      const comparison = { difference, interval, pValue: upperTail(difference / error), rows };
      return { kind, truth, comparison, id: `${kind} ${i}`, scale };
    }),
  );
  const choices = chooseModels(
    drawn.map(({ id, comparison, scale }) => ({
      partitionId: id,
      decision: { kind: 'train' },
      model: digestBytes(id),
      isReused: false,
      failure: null,
      comparison,
      ...scale,
      errors: null,
    })),
    digestBytes('global'),
    new Map(),
    'pooled',
  );
  return kinds.map((_, kind) => {
    const pooled = drawn.filter(
      (one, i) => one.kind === kind && choices[i]?.reason === 'pooled_evidence',
    );
    const ties = choices.filter(({ verdict }, i) => drawn[i]?.kind === kind && verdict === 'tie');
    return {
      ties: ties.length + pooled.length,
      own: pooled.length,
      worse: pooled.filter(({ truth }) => truth < 0).length,
    };
  });
}

describe('ties that partitions of like size and scale decide', () => {
  it('stay with the simpler rung where partitions are small, whatever large ones say', () => {
    const large = { count: 20, rows: 5000, mean: 0.05, deviation: 0.01, error: 0.005 };
    const small = { count: 200, rows: 60, mean: -0.03, deviation: 0.01, error: 0.05 };
    const [, found] = poolTies([large, small], 51);
    expect(found?.ties).toBeGreaterThan(150);
    expect(found?.own).toBe(0);
  });

  it('stay with the simpler rung where targets are small, whatever those a thousand times as large say', () => {
    const scale = (unit: number) => ({ rows: 500, scale: 200 * unit });
    const thousands = { count: 20, mean: 50, deviation: 30, error: 10, ...scale(1) };
    const units = { count: 200, mean: -0.01, deviation: 0.005, error: 0.02, ...scale(0.001) };
    const [, found] = poolTies([thousands, units], 52);
    expect(found?.ties).toBeGreaterThan(150);
    expect(found?.own).toBe(0);
  });

  it('go to own models of small ones where those of like ones are better', () => {
    const large = { count: 20, rows: 5000, mean: -0.05, deviation: 0.01, error: 0.005 };
    const small = { count: 200, rows: 60, mean: 0.05, deviation: 0.02, error: 0.05 };
    const [, found] = poolTies([large, small], 53);
    expect(found?.own).toBeGreaterThan(100);
    expect((found?.worse ?? 0) / (found?.own ?? 0)).toBeLessThan(0.05);
  });
});

describe('what is expected of a difference', () => {
  const effect = (difference: number, rows = 100, scale = 1) => ({
    difference,
    interval: { low: difference - 0.1, high: difference + 0.1 },
    rows,
    scale,
  });
  const many = (count: number, rows: number, scale?: number) =>
    Array.from({ length: count }, (_, i) => effect(0.1 + i / 100, rows, scale));

  it('is told by ten of four times the rows and of four times the scale at most, and else by nobody', () => {
    const isTold = (...effects: readonly (readonly ReturnType<typeof effect>[])[]) =>
      new Set(expectedEffects(effects.flat()).map((one) => one !== null));
    expect(isTold(many(9, 100), many(1, 400))).toEqual(new Set([true]));
    expect(isTold(many(9, 100), many(1, 401))).toEqual(new Set([false]));
    expect(isTold(many(9, 100), many(1, 100, 4))).toEqual(new Set([true]));
    expect(isTold(many(9, 100), many(1, 100, 4.1))).toEqual(new Set([false]));
    expect(isTold(many(20, 100, 0))).toEqual(new Set([false]));
  });

  it('does not hang on the unit of the target', () => {
    const difference = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(difference, { minLength: 10, maxLength: 30 }), (differences) => {
        const inUnit = (unit: number) =>
          expectedEffects(
            differences.map((one) => ({
              difference: one * unit,
              interval: { low: (one - 0.1) * unit, high: (one + 0.1) * unit },
              rows: 100,
              scale: unit,
            })),
          );
        expect(inUnit(1024)).toEqual(inUnit(1));
      }),
    );
  });
});
