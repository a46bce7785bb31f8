import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBatches, longestFirst, trainingBatchLimits } from '../../src/partition/batch-plan.ts';

const items = fc.array(fc.record({ rows: fc.nat(500), text: fc.string({ maxLength: 3 }) }));

describe('batches', () => {
  it('hold every item once, in order, within the limits unless one item alone is beyond them', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 6 }), (all, partitions) => {
        const batches = cutBatches(all, { partitions, rows: 300 });
        expect(batches.flat()).toEqual(all);
        for (const batch of batches) {
          const rows = batch.reduce((sum, item) => sum + item.rows, 0);
          expect(batch.length).toBeLessThanOrEqual(partitions);
          expect(rows <= 300 || batch.length === 1).toBe(true);
        }
      }),
      { seed: 1 },
    );
  });

  it('start with the longest, whatever the order of the items', () => {
    fc.assert(
      fc.property(items, (all) => {
        const ordered = longestFirst(all);
        expect(longestFirst([...all].reverse())).toEqual(ordered);
        ordered.forEach((item, i) => {
          expect(item.rows).toBeLessThanOrEqual(ordered[i - 1]?.rows ?? Number.POSITIVE_INFINITY);
        });
      }),
      { seed: 2 },
    );
  });

  it('are few for few partitions and bounded for many', () => {
    expect(trainingBatchLimits(3).partitions).toBe(1);
    expect(trainingBatchLimits(240).partitions).toBe(10);
    expect(trainingBatchLimits(1_000_000).partitions).toBe(100);
  });
});
