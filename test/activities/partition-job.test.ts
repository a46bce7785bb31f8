import { describe, expect, it } from 'vitest';
import { batchJob } from '../../activities/partition-job.ts';
import { planStage } from '../../activities/plan-stage.ts';
import type { PlannedPartition } from '../../src/partition/condition.ts';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import type { BatchPlan } from '../../src/stores/run-records.ts';
import { runRecord } from '../support/run-records.ts';

type Planned = Pick<PlannedPartition, 'partitionId' | 'rows' | 'isParent'>;

const PARENTS = ['eu', 'us'].map(
  (partitionId): Planned => ({ partitionId, rows: 20, isParent: true }),
);
const STORES = ['a', 'b', 'c', 'd'].map((partitionId): Planned => ({ partitionId, rows: 10 }));
const objects = { path: async (digest: string) => digest } as unknown as ObjectStore;

describe('the parents of partitions', () => {
  it('have batches of their own, the first', async () => {
    const plans: BatchPlan[] = [];
    const planBatches = async (_run: string, plan: BatchPlan) => void plans.push(plan);
    const limits = { partitions: 3, rows: 1000 };
    const runs = { planBatches, batchCount: async () => 0 };
    expect(await planStage(runs, 'run', 'train', [...STORES, ...PARENTS], limits)).toBe(3);
    expect(plans).toEqual([{ stage: 'train', batches: [['eu', 'us'], ['a', 'b', 'c'], ['d']] }]);
  });

  it('are worked on within the limits of unions, partitions within those that they were given', async () => {
    const run = runRecord();
    const { seconds, memory_mb: memoryMb } = run.spec.limits.per_partition;
    const call = { name: 'train', args: {}, tasks: [] } as const;
    const own = await batchJob(run, objects, STORES, call);
    expect(own.limits).toEqual({ seconds, memoryMb });
    const { limits } = await batchJob(run, objects, PARENTS, call);
    expect(limits.seconds).toBeGreaterThan(seconds);
    expect(limits.memoryMb).toBeGreaterThan(memoryMb);
  });
});
