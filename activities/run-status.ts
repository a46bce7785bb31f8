import type { RunError, RunStatus } from '../src/domain/run.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';

export function runStatusActivities({ runs, bookmarks }: ActivityDependencies) {
  return {
    async beginRun({ runId }: { readonly runId: string }): Promise<void> {
      await inActivity(() => runs.setStatus(runId, 'RUNNING'));
    },

    async endRun(input: {
      readonly runId: string;
      readonly status: RunStatus;
      readonly error: RunError | null;
    }): Promise<void> {
      await inActivity(async () => {
        await runs.setStatus(input.runId, input.status, input.error ?? undefined);
        await bookmarks.release(input.runId);
      });
    },
  };
}
