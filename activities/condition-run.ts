import { longestFirst, trainingBatchLimits } from '../src/partition/batch-plan.ts';
import { checkTarget } from '../src/partition/check-target.ts';
import { classLabels, conditionPartitions } from '../src/partition/condition.ts';
import { profileWarnings } from '../src/partition/profile-warnings.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { planStage } from './plan-stage.ts';

export function conditionRunActivity({ runs, objects }: ActivityDependencies) {
  return {
    /** The barrier after profile: decides what each partition will be and plans the training batches. */
    async conditionRun({ runId }: { readonly runId: string }): Promise<{
      readonly trainBatches: number;
      readonly global: 'none' | 'wanted';
    }> {
      return inActivity(async ({ attempt }) => {
        const { spec } = await runs.run(runId);
        const profiled = await runs.profiles(runId);
        const segments = await Promise.all(
          (await runs.foldSegments(runId)).map((digest) => objects.get(digest)),
        );
        const folds = await objects.put(Buffer.concat(segments));
        const classes = spec.target.task === 'classification' ? classLabels(profiled) : [];
        checkTarget(spec, profiled, classes);
        const warnings = profileWarnings(profiled, spec);
        const partitions = conditionPartitions(profiled, spec);
        await runs.recordCondition(runId, { classes, folds, warnings }, partitions, attempt);

        const training = longestFirst(
          partitions.filter(({ decision }) => decision.kind === 'train'),
        );
        const limits = trainingBatchLimits(training.length);
        return {
          trainBatches: await planStage(runs, runId, 'train', training, limits),
          global: spec.global.enabled ? 'wanted' : 'none',
        };
      });
    },
  };
}
