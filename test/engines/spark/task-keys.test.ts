import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseKeys, sparkPartition } from '../../../src/engines/spark/task-keys.ts';

const rowCounts = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 300 });

describe('the keys of tasks on Spark', () => {
  it('are distinct, and lead back to their tasks', () => {
    fc.assert(
      fc.property(rowCounts, fc.integer({ min: 1, max: 64 }), (counts, cores) => {
        const { keyOf, taskOf } = chooseKeys(counts, cores);
        expect(taskOf.size).toBe(counts.length);
        counts.forEach((_, task) => expect(taskOf.get(keyOf[task] as number)).toBe(task));
      }),
    );
  });

  it('put the tasks into partitions in their order', () => {
    fc.assert(
      fc.property(rowCounts, fc.integer({ min: 1, max: 64 }), (counts, cores) => {
        const { keyOf, partitionCount } = chooseKeys(counts, cores);
        const partitions = [...keyOf].map((key) => sparkPartition(key, partitionCount));
        expect(partitions).toEqual(partitions.toSorted((a, b) => a - b));
      }),
    );
  });

  it('give each of a few equal tasks a partition of its own', () => {
    const { keyOf, partitionCount } = chooseKeys([5, 5, 5, 5, 5], 2);
    const partitions = [...keyOf].map((key) => sparkPartition(key, partitionCount));
    expect(partitions).toEqual([0, 1, 2, 3, 4]);
  });

  it('give partitions about equal weights', () => {
    const { keyOf, partitionCount } = chooseKeys(
      Array.from({ length: 1000 }, () => 200),
      4,
    );
    expect(partitionCount).toBe(32);
    const loads = new Int32Array(partitionCount);
    for (const key of keyOf) loads[sparkPartition(key, partitionCount)]! += 1;
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
  });
});
