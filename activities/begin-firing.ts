import type { Digest } from '../src/domain/digest.ts';
import { firingKey, type SchedulePolicy } from '../src/domain/schedule.ts';
import type { Spec } from '../src/spec/spec.ts';
import { newRunId } from '../src/stores/new-run-id.ts';
import type { RunOrigin, RunStore } from '../src/stores/run-store.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** What a schedule runs, each time. */
export type ScheduledInput = {
  readonly schedule: string;
  readonly policy: SchedulePolicy;
  readonly spec: Spec;
  readonly specDigest: Digest;
  readonly baseFolder: string;
  /** Who made the schedule. */
  readonly requestedBy: string;
};

export function beginFiringActivity({
  runs,
  codeVersion,
  environment,
  concurrency,
}: ActivityDependencies) {
  return {
    /** Records the run of one firing, once, whatever is tried again. `firing`: tells it from all others. */
    async beginFiring({
      schedule,
      firing,
      policy,
      ...wanted
    }: ScheduledInput & { readonly firing: string }): Promise<{
      readonly runId: string;
      readonly workflowId: string;
      readonly concurrency: number;
    }> {
      return inActivity(async () => {
        const origin = policy === 'drifted' ? await lastRun(runs, wanted) : null;
        const runId = newRunId();
        const run = await runs.createRun({
          ...wanted,
          idempotencyKey: firingKey(schedule, firing),
          runId,
          workflowId: `run:${runId}`,
          code: await codeVersion(),
          environment,
          reuse: policy !== 'all',
          origin,
          reason: `schedule ${schedule}`,
        });
        return { runId: run.runId, workflowId: run.workflowId, concurrency };
      });
    },
  };
}

/** Runs that are looked at for one that ended well. */
const LOOKED_AT = 100;

/** The newest run of the same spec that new data can be compared with; null: there is none, and everything is fitted. */
async function lastRun(
  runs: Pick<RunStore, 'listRuns'>,
  { spec, specDigest }: Pick<ScheduledInput, 'spec' | 'specDigest'>,
): Promise<RunOrigin | null> {
  const found = (await runs.listRuns({ limit: LOOKED_AT, experiment: spec.name })).find(
    ({ status, specDigest: digest, snapshot }) =>
      (status === 'SUCCEEDED' || status === 'PARTIAL') &&
      digest === specDigest &&
      snapshot !== null,
  );
  return found === undefined ? null : { mode: 'drifted', runId: found.runId };
}
