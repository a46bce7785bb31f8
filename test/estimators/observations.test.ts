import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePaired } from '../../src/estimators/compare.ts';
import { scoreInterval } from '../../src/estimators/interval.ts';
import type { ValueRows } from '../../src/estimators/metrics/scored-rows.ts';
import { seededDraws } from '../support/draws.ts';

const ROWS = 40;

function rowsOf(seed: number, scale: number, isWeighted: boolean): ValueRows {
  const draws = seededDraws(seed);
  const truth = Float64Array.from({ length: ROWS }, () => draws.normal());
  const noise = seededDraws(seed + 7 * scale);
  return {
    kind: 'values',
    truth,
    prediction: truth.map((value) => value + scale * noise.normal()),
    weights: isWeighted ? truth.map((value) => 1 + Math.abs(value)) : undefined,
  };
}

/** Each row so many times, as if every repeat had said the same. */
function copied({ kind, truth, prediction, weights }: ValueRows, copies: number): ValueRows {
  const times = (values: Float64Array) =>
    Float64Array.from({ length: ROWS * copies }, (_, i) => values[i % ROWS] as number);
  return {
    kind,
    truth: times(truth),
    prediction: times(prediction),
    weights: weights && times(weights),
    observations: Int32Array.from({ length: ROWS * copies }, (_, i) => i % ROWS),
  };
}

describe('rows that several repeats have scored', () => {
  it('say no more than once where every repeat says the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }),
        fc.integer({ min: 2, max: 5 }),
        fc.boolean(),
        (seed, copies, isWeighted) => {
          const [first, second] = [rowsOf(seed, 1, isWeighted), rowsOf(seed, 1.3, isWeighted)];
          const once = comparePaired('mae', first, second);
          const often = comparePaired('mae', copied(first, copies), copied(second, copies));
          expect(often?.rows).toBe(ROWS);
          for (const field of ['difference', 'pValue'] as const)
            expect(often?.[field]).toBeCloseTo(once?.[field] as number, 9);
          expect(often?.interval.low).toBeCloseTo(once?.interval.low as number, 9);
          const interval = scoreInterval('mae', first);
          const same = scoreInterval('mae', copied(first, copies));
          expect(same?.low).toBeCloseTo(interval?.low as number, 9);
          expect(same?.high).toBeCloseTo(interval?.high as number, 9);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are surer where the repeats average their noise, and never as sure as more rows', () => {
    const draws = seededDraws(3);
    const copies = 4;
    const base = copied(rowsOf(5, 0.2, false), copies);
    const noisy = { ...base, prediction: base.prediction.map((value) => value + draws.normal()) };
    const width = (rows: ValueRows) => {
      const { low, high } = scoreInterval('mae', rows) ?? { low: 0, high: 0 };
      return high - low;
    };
    const { observations: _, ...independent } = noisy;
    const single = { ...rowsOf(5, 0.2, false), prediction: noisy.prediction.slice(0, ROWS) };
    expect(width(noisy)).toBeLessThan(width(single));
    expect(width(noisy)).toBeGreaterThan(0.8 * width(independent));
  });
});
