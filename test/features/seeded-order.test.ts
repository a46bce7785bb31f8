import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededOrder, seededSample } from '../../src/features/seeded-order.ts';
import { allRows } from './frames.ts';

const seeds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('seededOrder', () => {
  it('holds every row once, by the seed alone, and leaves its input', () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), seeds, (count, seed) => {
        const rows = allRows(count);
        const ordered = seededOrder(rows, seed);
        expect(rows).toEqual(allRows(count));
        expect(seededOrder(rows, seed)).toEqual(ordered);
        expect(ordered.slice().sort()).toEqual(rows);
      }),
    );
  });

  it('puts every row in every place about equally often', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0n; seed < 4000n; seed++) {
      const place = seededOrder(allRows(4), seed).indexOf(0);
      counts[place] = (counts[place] as number) + 1;
    }
    // 1000 each; a deviation of 5 standard deviations is 137.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(137);
  });
});

describe('seededSample', () => {
  it('draws so many different rows, in their own order', () => {
    const sample = seededSample(allRows(100), 30, 9n);
    expect(sample.length).toBe(30);
    expect(new Set(sample).size).toBe(30);
    expect(sample.slice().sort()).toEqual(sample);
    expect(seededSample(allRows(30), 30, 9n)).toEqual(allRows(30));
  });
});
