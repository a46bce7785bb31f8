import type { BatchedStage } from '../src/domain/run.ts';
import { type BatchLimits, cutBatches } from '../src/partition/batch-plan.ts';
import type { RunStore } from '../src/stores/run-store.ts';

/** Cuts a stage's partitions into batches, in the given order, and stores that plan; workflows carry the count alone. */
export async function planStage(
  runs: RunStore,
  runId: string,
  stage: BatchedStage,
  partitions: readonly { readonly partitionId: string; readonly rows: number }[],
  limits: BatchLimits,
): Promise<number> {
  const batches = cutBatches(partitions, limits);
  await runs.planBatches(runId, {
    stage,
    batches: batches.map((batch) => batch.map(({ partitionId }) => partitionId)),
  });
  return batches.length;
}
