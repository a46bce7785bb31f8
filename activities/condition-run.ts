import { isFitted } from '../src/domain/run.ts';
import { longestFirst, trainingBatchLimits } from '../src/partition/batch-plan.ts';
import { checkGlobalSize } from '../src/partition/check-global-size.ts';
import { checkTarget } from '../src/partition/check-target.ts';
import { classLabels, conditionPartitions } from '../src/partition/condition.ts';
import { planParents } from '../src/partition/parents.ts';
import { profileWarnings } from '../src/partition/profile-warnings.ts';
import { joinFolds, repeatsOf } from '../src/partition/repeats.ts';
import { reuseKeys } from '../src/partition/reuse-keys.ts';
import { GLOBAL_PARTITION } from '../src/stores/run-records.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requireSnapshot } from './partition-job.ts';
import { planStage } from './plan-stage.ts';
import { keysById, selectionsTakenOver, takenOver } from './reuse.ts';
import { isAlone } from './train-divided.ts';

export function conditionRunActivity(dependencies: ActivityDependencies) {
  const { runs, objects } = dependencies;
  return {
    /**
     * The barrier after profile: decides what each partition will be, takes over what an earlier run has fitted, and plans
     * the batches of training for the rest.
     */
    async conditionRun({ runId }: { readonly runId: string }): Promise<{
      readonly trainBatches: number;
      readonly global: 'none' | 'wanted';
      /** Absent in histories that are older than reuse. */
      readonly reused?: number;
      /** Present where partitions begin with what the model without partition found: it is trained first. */
      readonly isGlobalFirst?: true;
    }> {
      return inActivity(async ({ attempt }) => {
        const run = await runs.run(runId);
        const { spec } = run;
        const profiled = await runs.profiles(runId);
        const segments = await Promise.all(
          (await runs.foldSegments(runId)).map((digest) => objects.get(digest)),
        );
        const foldBytes = joinFolds(
          Buffer.concat(segments),
          [...profiled].sort((a, b) => a.start - b.start).map(({ count }) => count),
          repeatsOf(spec),
        );
        const folds = await objects.put(foldBytes);
        const classes = spec.target.task === 'classification' ? classLabels(profiled) : [];
        checkTarget(spec, profiled, classes);
        const warnings = profileWarnings(profiled, spec);
        const partitions = conditionPartitions(profiled, spec);
        const parents = planParents(profiled, spec);
        const snapshot = requireSnapshot(run);
        const planned = [...partitions, ...parents];
        const keys = reuseKeys(
          { spec, snapshot, classes, partitions: planned, profiled, folds: foldBytes },
          { code: dependencies.partitionBundle, environment: dependencies.environment },
        );
        const trainingKeys = keysById(keys.trainings);
        const selectionKeys = keysById(keys.selections);
        const reused = await takenOver(run, dependencies, trainingKeys);
        if (!reused.some(({ partitionId }) => partitionId === GLOBAL_PARTITION))
          checkGlobalSize(spec, snapshot.rowCount, classes);
        const selections = await selectionsTakenOver(run, dependencies, selectionKeys, reused);
        await runs.recordCondition(
          runId,
          {
            plan: { classes, folds, warnings },
            partitions,
            parents,
            trainingKeys,
            takenOver: reused,
            selectionKeys,
            selectionsTakenOver: selections,
          },
          attempt,
        );

        const untrained = await runs.untrained(runId);
        const wanted = partitions.filter(({ decision }) => isFitted(decision));
        const training = longestFirst(
          [...wanted, ...parents].filter(({ partitionId }) => untrained.has(partitionId)),
        );
        const limits = trainingBatchLimits(training.length, dependencies.threadsFor(spec));
        return {
          trainBatches: await planStage(runs, runId, 'train', training, limits, (partition) =>
            isAlone(dependencies, run, partition),
          ),
          global: untrained.has(GLOBAL_PARTITION) ? 'wanted' : 'none',
          reused: wanted.filter(({ partitionId }) => !untrained.has(partitionId)).length,
          ...(spec.tune.warm_start === true && { isGlobalFirst: true as const }),
        };
      });
    },
  };
}
