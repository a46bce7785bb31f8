import type { Digest } from '../src/domain/digest.ts';
import { firingKey, type SchedulePolicy } from '../src/domain/schedule.ts';
import type { Searchable } from '../src/domain/search-attributes.ts';
import type { Spec } from '../src/spec/spec.ts';
import type { RunOrigin } from '../src/stores/run-records.ts';
import type { RunStore } from '../src/stores/run-store.ts';
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
  isSearchable,
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
      /** What Temporal finds the run by; left out where it can't. */
      readonly about?: Searchable;
    }> {
      return inActivity(async () => {
        const origin = policy === 'drifted' ? await lastRun(runs, wanted) : null;
        const code = await codeVersion();
        const runId = await runs.newRunId();
        const run = await runs.createRun({
          ...wanted,
          idempotencyKey: firingKey(schedule, firing),
          runId,
          workflowId: `run:${runId}`,
          code,
          environment,
          reuse: policy !== 'all',
          origin,
          reason: `schedule ${schedule}`,
        });
        const begun = { runId: run.runId, workflowId: run.workflowId, concurrency };
        const { experiment, specDigest: spec } = run;
        const about = { experiment, spec, mode: origin?.mode ?? 'fresh' };
        return isSearchable ? { ...begun, about } : begun;
      });
    },
  };
}

/** Null: no run read the same source by the same spec, as far as is known before it is read; everything is fitted. */
async function lastRun(
  runs: Pick<RunStore, 'newestReading'>,
  wanted: Pick<ScheduledInput, 'specDigest' | 'baseFolder'>,
): Promise<RunOrigin | null> {
  const found = await runs.newestReading(wanted);
  return found === null ? null : { mode: 'drifted', runId: found.runId };
}
