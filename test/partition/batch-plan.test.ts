import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutBatches,
  IN_FLIGHT,
  isDivided,
  longestFirst,
  trainingBatchLimits,
} from '../../src/partition/batch-plan.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { machineSpec } from '../support/machines.ts';

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

  it('hold some partitions whatever rows these have, but never more rows than the most', () => {
    const limits = fc.record({
      partitions: fc.integer({ min: 1, max: 9 }),
      least: fc.integer({ min: 1, max: 9 }),
      mostRows: fc.integer({ min: 300, max: 2_000 }),
    });
    fc.assert(
      fc.property(items, limits, (all, { least, partitions, mostRows }) => {
        const batches = cutBatches(all, { partitions, rows: 300, least, mostRows });
        expect(batches.flat()).toEqual(all);
        batches.forEach((batch, i) => {
          const rows = batch.reduce((sum, item) => sum + item.rows, 0);
          expect(rows <= mostRows || batch.length === 1).toBe(true);
          const next = batches[i + 1]?.[0];
          const isClosed = batch.length >= partitions || rows + (next?.rows ?? 0) > mostRows;
          expect(next === undefined || isClosed || batch.length >= least).toBe(true);
        });
      }),
      { seed: 3 },
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
    expect(trainingBatchLimits(3, 2).partitions).toBe(1);
    expect(trainingBatchLimits(240, 2).partitions).toBe(10);
    expect(trainingBatchLimits(1_000_000, 2).partitions).toBe(100);
    expect(trainingBatchLimits(3, 16)).toMatchObject({ partitions: 8, least: 8 });
  });

  it('hold millions of rows at most, on a machine of many threads too', () => {
    const large = Array.from({ length: 100 }, () => ({ rows: 400_000 }));
    const batches = cutBatches(large, trainingBatchLimits(large.length, 64));
    expect(Math.max(...batches.map(({ length }) => length))).toBe(12);
  });
});

describe('what threads share', () => {
  const divided = (rows: number, threads: number, wishes: Partial<SpecInput> = {}) =>
    isDivided(machineSpec(wishes), rows, { tableRows: 100_000, threads });

  it('is a partition with more than half of what a thread gets of all rows', () => {
    expect([divided(25_001, 2), divided(25_000, 2)]).toEqual([true, false]);
    expect([divided(20_000, 16), divided(19_999, 16)]).toEqual([true, false]);
  });

  it('is none where one thread works, or where rows or time decide what is tried', () => {
    expect(divided(90_000, 1)).toBe(false);
    expect(divided(90_000, 2, { tune: { method: 'halving', trials: 8 } })).toBe(false);
    const budget = { candidate: 10 };
    expect(divided(90_000, 2, { tune: { method: 'random', trials: 8, budget } })).toBe(false);
  });
});

describe('the plan of partitions whose sizes are Zipf’s', () => {
  /** `power`: how the time of a training grows with its rows. */
  const worlds = fc.record({
    partitions: fc.integer({ min: 20, max: 1_500 }),
    exponent: fc.double({ min: 0.5, max: 1.6, noNaN: true }),
    largest: fc.integer({ min: 2_000, max: 1_000_000 }),
    power: fc.double({ min: 1, max: 1.6, noNaN: true }),
    threads: fc.constantFrom(1, 2, 3, 4, 8, 16, 32),
  });

  it('ends within 1.15 of the longest of all work shared by the threads, and its longest piece', () => {
    fc.assert(
      fc.property(worlds, ({ partitions, exponent, largest, power, threads }) => {
        const sized = Array.from({ length: partitions }, (_, i) => ({
          rows: Math.max(20, Math.round(largest / (i + 1) ** exponent)),
          text: `${i}`,
        }));
        const msOf = ({ rows }: { readonly rows: number }) => 100 + rows ** power;
        const limits = trainingBatchLimits(partitions, threads);
        const batches = cutBatches(longestFirst(sized), limits);
        const times = sized.map(msOf);
        const bound = Math.max(times.reduce((a, b) => a + b) / threads, ...times);
        const ended = endOf(
          batches.map((batch) => batch.map(msOf)),
          threads,
        );
        expect(ended / bound).toBeLessThanOrEqual(1.15);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

/** As a run works: some batches in flight, the tasks of each in order, those of earlier batches first. */
function endOf(batches: readonly (readonly number[])[], threads: number): number {
  const inFlight: { readonly waiting: number[]; left: number }[] = [];
  const running: { readonly until: number; readonly of: (typeof inFlight)[number] }[] = [];
  let [next, now] = [0, 0];
  for (;;) {
    while (next < batches.length && inFlight.length < IN_FLIGHT) {
      const batch = batches[next++] ?? [];
      inFlight.push({ waiting: [...batch], left: batch.length });
    }
    while (running.length < threads) {
      const of = inFlight.find(({ waiting }) => waiting.length > 0);
      if (of === undefined) break;
      running.push({ until: now + (of.waiting.shift() ?? 0), of });
    }
    const [first] = running.sort((a, b) => a.until - b.until).splice(0, 1);
    if (first === undefined) return now;
    now = first.until;
    first.of.left--;
    if (first.of.left === 0) inFlight.splice(inFlight.indexOf(first.of), 1);
  }
}
