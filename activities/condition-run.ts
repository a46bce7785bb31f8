import { Failure } from '../src/domain/failure.ts';
import { longestFirst, trainingBatchLimits } from '../src/partition/batch-plan.ts';
import { classLabels, conditionPartitions } from '../src/partition/condition.ts';
import type { ProfileFacts } from '../src/partition/facts.ts';
import { profileWarnings } from '../src/partition/profile-warnings.ts';
import type { Snapshot } from '../src/sources/snapshot.ts';
import type { Spec } from '../src/spec/spec.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { planStage } from './plan-stage.ts';

type Profiled = Snapshot['partitions'][number] & { readonly facts: ProfileFacts };

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

/**
 * What makes every model impossible is an error of the data, found before anything is trained. Where a partition could not
 * be profiled, the data may be well: then each partition tells for itself.
 */
function checkTarget(spec: Spec, profiled: readonly Profiled[], classes: readonly string[]): void {
  if (profiled.some(({ facts }) => facts.failure !== undefined)) return;
  const usable = profiled.reduce((sum, { facts }) => sum + facts.rows - facts.target.missing, 0);
  const { column, task, positive } = spec.target;
  if (usable === 0)
    throw new Failure('invalid-data', `Target column "${column}" is empty in every row.`);
  if (task !== 'classification') return;
  if (classes.length < 2) {
    throw new Failure(
      'invalid-data',
      `Target column "${column}" has the one class "${classes[0]}" in the whole table; classification needs two.`,
    );
  }
  if (positive !== undefined && !classes.includes(positive)) {
    throw new Failure(
      'invalid-data',
      `target.positive is "${positive}", but the classes of "${column}" are ${classes.slice(0, 20).join(', ')}.`,
    );
  }
}
