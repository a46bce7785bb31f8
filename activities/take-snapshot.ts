import { stat } from 'node:fs/promises';
import { cutBatches, SCAN_BATCH_LIMITS } from '../src/partition/batch-plan.ts';
import { checkFeatures } from '../src/partition/check-features.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';

export function takeSnapshotActivity(dependencies: ActivityDependencies) {
  const { runs, objects } = dependencies;
  return {
    /** Reads the source once, keeps it as an object, and plans the profile batches. */
    async takeSnapshot({ runId }: { readonly runId: string }): Promise<{
      readonly partitions: number;
      readonly profileBatches: number;
    }> {
      return inActivity(async ({ signal, attempt }) => {
        const run = await runs.run(runId);
        const request = dependencies.snapshotRequest(run.spec, run.baseFolder);
        const { snapshot, parquetPath } = await dependencies.takeSnapshot(request, signal);
        checkFeatures(snapshot.columns, run.spec);
        const { size } = await stat(parquetPath);
        const digest = await objects.putFile(parquetPath);
        await runs.recordSnapshot(runId, snapshot, { digest, byteSize: size }, attempt);
        const batches = cutBatches(
          snapshot.partitions.map((partition) => ({ id: partition.id, rows: partition.count })),
          SCAN_BATCH_LIMITS,
        );
        await runs.planBatches(runId, {
          stage: 'profile',
          batches: batches.map((batch) => batch.map(({ id }) => id)),
        });
        return { partitions: snapshot.partitions.length, profileBatches: batches.length };
      });
    },
  };
}
