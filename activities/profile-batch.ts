import type { Outcome } from '../src/engines/engine.ts';
import { runJob } from '../src/engines/job.ts';
import { profiledOf } from '../src/engines/profile-outcome.ts';
import { partitionRef } from '../src/partition/partition-function.ts';
import type { ProfileFacts } from '../src/partition/profile-facts.ts';
import { repeatsOf } from '../src/partition/repeats.ts';
import { type EngineScope, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { partitionJob, requireSnapshot } from './partition-job.ts';

export function profileBatchActivity(dependencies: ActivityDependencies) {
  const { runs, objects, engineFor } = dependencies;
  return {
    /** Profiles a batch's partitions and assigns their folds; both are stored once and read by all later stages. */
    async profileBatch(input: { readonly runId: string; readonly batch: number }): Promise<void> {
      const work = async ({ signal, attempt, bookmark }: EngineScope) => {
        const run = await runs.run(input.runId);
        const partitions = await runs.snapshotBatch(input.runId, input.batch);
        const tasks = partitions.map((partition) => ({ partition: partitionRef(partition) }));
        const args = { spec: run.spec, cutoffs: requireSnapshot(run).cutoffs };
        const job = await partitionJob(run, objects, { name: 'profile', args, tasks });
        const outcomes = await runJob(await engineFor(run.spec), job, signal, bookmark);
        const profiled = tasks.map(({ partition }, i) => ({
          partitionId: partition.id,
          ...profiledOf(partition, outcomes[i] as Outcome<ProfileFacts>, repeatsOf(run.spec)),
        }));
        const folds = await objects.put(Buffer.concat(profiled.map((one) => one.folds)));
        const profiles = profiled.map(({ partitionId, facts }) => ({ partitionId, facts }));
        await runs.recordProfiles(input.runId, input.batch, profiles, folds, attempt);
      };
      const step = { ...input, stage: 'profile', scope: 'own' } as const;
      return inEngineActivity(dependencies, { step, work, recorded: async () => undefined });
    },
  };
}
