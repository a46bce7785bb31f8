import type { BatchedStage } from '../src/domain/run.ts';
import { type BatchLimits, cutBatches } from '../src/partition/batch-plan.ts';
import type { PlannedPartition } from '../src/partition/condition.ts';
import type { RunStore } from '../src/stores/run-store.ts';

type Batched = Pick<PlannedPartition, 'partitionId' | 'rows' | 'isParent'>;

/** Partitions that are alone in their batch; none by default. */
type IsAlone = (partition: Batched) => boolean;

/**
 * Cuts a stage's partitions into batches, in the given order, and stores that plan; workflows carry the count alone.
 * Parents are unions, with the limits of such (see `batchJob`): they have batches of their own, before the others, since
 * they are the longest. A plan that is stored stands: another worker, with other threads, may try again what cut it.
 */
export async function planStage(
  runs: Pick<RunStore, 'planBatches' | 'batchCount'>,
  runId: string,
  stage: BatchedStage,
  partitions: readonly Batched[],
  limits: BatchLimits,
  isAlone: IsAlone = () => false,
): Promise<number> {
  const stored = await runs.batchCount(runId, stage);
  if (stored > 0) return stored;
  const parents = partitions.filter(({ isParent }) => isParent === true);
  const others = partitions.filter(({ isParent }) => isParent !== true);
  const batches = [
    ...cutBatches(parents, limits),
    ...others.filter(isAlone).map((partition) => [partition]),
    ...cutBatches(
      others.filter((partition) => !isAlone(partition)),
      limits,
    ),
  ];
  await runs.planBatches(runId, {
    stage,
    batches: batches.map((batch) => batch.map(({ partitionId }) => partitionId)),
  });
  return batches.length;
}
