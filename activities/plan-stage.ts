import type { BatchedStage } from '../src/domain/run.ts';
import { type BatchLimits, cutBatches } from '../src/partition/batch-plan.ts';
import type { PlannedPartition } from '../src/partition/condition.ts';
import type { RunStore } from '../src/stores/run-store.ts';

type Batched = Pick<PlannedPartition, 'partitionId' | 'rows' | 'isParent'>;

/**
 * Cuts a stage's partitions into batches, in the given order, and stores that plan; workflows carry the count alone.
 * Parents are unions, with the limits of such (see `batchJob`): they have batches of their own, before the others, since
 * they are the longest.
 */
export async function planStage(
  runs: Pick<RunStore, 'planBatches'>,
  runId: string,
  stage: BatchedStage,
  partitions: readonly Batched[],
  limits: BatchLimits,
): Promise<number> {
  const groups = [true, false].map((isParent) =>
    partitions.filter((partition) => (partition.isParent ?? false) === isParent),
  );
  const batches = groups.flatMap((group) => cutBatches(group, limits));
  await runs.planBatches(runId, {
    stage,
    batches: batches.map((batch) => batch.map(({ partitionId }) => partitionId)),
  });
  return batches.length;
}
