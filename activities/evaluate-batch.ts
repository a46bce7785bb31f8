import { isFitted } from '../src/domain/run.ts';
import { runJob, type TaskWith } from '../src/engines/job.ts';
import type { PlannedPartition } from '../src/partition/condition.ts';
import type { EvaluateArgs, EvaluateFacts, SideArgs } from '../src/partition/evaluate-facts.ts';
import { parentOf } from '../src/partition/parents.ts';
import type { EvaluatedPartition, RunRecord } from '../src/stores/run-records.ts';
import type { StoredInput } from '../src/stores/stored-input.ts';
import { type TrainedModel, trainedModel } from '../src/stores/trained-model.ts';
import { type EngineScope, inActivity, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { batchJob, taskArgs } from './partition-job.ts';
import { planStage } from './plan-stage.ts';
import { globalInputs, parentInputs, type TrainedParent, trainedParents } from './stored-inputs.ts';

/** Evaluation reads every layer of own and global predictions: fewer rows per batch than a profile. */
const EVALUATION_LIMITS = { partitions: 250, rows: 250_000 };

export function evaluationActivities(dependencies: ActivityDependencies) {
  const { runs, objects, engineFor } = dependencies;
  return {
    /** The barrier before evaluate. */
    async planEvaluation({
      runId,
    }: {
      readonly runId: string;
    }): Promise<{ readonly evaluateBatches: number }> {
      return inActivity(async () => {
        const own = (await runs.planned(runId)).filter(
          ({ decision }) => isFitted(decision) || decision.kind === 'global',
        );
        const answered = [...own, ...(await runs.parents(runId))];
        return {
          evaluateBatches: await planStage(runs, runId, 'evaluate', answered, EVALUATION_LIMITS),
        };
      });
    },

    /** Own and global scores on identical rows, their comparison and plots, for a batch's partitions. */
    async evaluateBatch(input: { readonly runId: string; readonly batch: number }): Promise<void> {
      const work = async ({ signal, attempt, bookmark }: EngineScope) => {
        const run = await runs.run(input.runId);
        const partitions = await runs.plannedBatch(input.runId, 'evaluate', input.batch);
        const trained = await runs.trained(
          input.runId,
          partitions.map(({ partitionId }) => partitionId),
        );
        const global = trainedModel(await runs.globalTraining(input.runId));
        const { parents: columns } = run.spec.partition;
        const idOf = ({ key, isParent }: PlannedPartition) =>
          (isParent ? null : parentOf(key, columns))?.id ?? null;
        const ids = [...new Set(partitions.map(idOf))].filter((id) => id !== null);
        const parents = await trainedParents(runs, input.runId, ids);
        const tasks = partitions.map((partition) => {
          const own = trainedModel(trained.get(partition.partitionId));
          const parent = parents.get(idOf(partition) ?? '') ?? null;
          return evaluationTask(run, partition, { own, parent, global });
        });
        const call = { name: 'evaluate', args: taskArgs(run), tasks } as const;
        const job = await batchJob(run, objects, partitions, call);
        const outcomes = await runJob(await engineFor(run.spec), job, signal, bookmark);
        const evaluated = outcomes.map((outcome, i): EvaluatedPartition => {
          const { partitionId } = partitions[i] as PlannedPartition;
          const { own, global } = (tasks[i] as EvaluationTask).part;
          const facts = outcome.kind === 'ok' ? outcome.facts : unscored(outcome, own, global);
          return { partitionId, facts };
        });
        await runs.recordEvaluation(input.runId, input.batch, evaluated, attempt);
      };
      const step = { ...input, stage: 'evaluate', scope: 'own' } as const;
      return inEngineActivity(dependencies, { step, work, recorded: async () => undefined });
    },
  };
}

type EvaluationTask = TaskWith<
  Pick<EvaluateArgs, 'own' | 'parent' | 'global' | 'isBlended'>,
  StoredInput
>;

/** A partition that can't be evaluated within its limits keeps its models; its scores are missing, with the reason. */
function unscored(
  { message }: { readonly message: string },
  own: EvaluateArgs['own'],
  global: EvaluateArgs['global'],
): EvaluateFacts {
  const missing = { value: null, because: `Evaluating failed: ${message}` };
  const scores = {
    cv: missing,
    cvInterval: null,
    cvRows: 0,
    nested: missing,
    nestedInterval: null,
    optimism: null,
    holdout: missing,
    holdoutInterval: null,
    holdoutRows: 0,
  };
  return { own: own && scores, global: global && scores, comparison: null, plots: null };
}

type Sides = {
  readonly own: TrainedModel | null;
  readonly parent: TrainedParent | null;
  readonly global: TrainedModel | null;
};

function evaluationTask(
  run: RunRecord,
  { partitionId, text, ranges, decision }: PlannedPartition,
  { own, parent, global }: Sides,
): EvaluationTask {
  return {
    partition: { id: partitionId, text, ranges },
    part: {
      own: sideArgs(own),
      global: sideArgs(global),
      ...(parent !== null && { parent: chosenOf(parent.model) }),
      ...(decision.kind === 'shrink' && { isBlended: true as const }),
    },
    inputs: [
      ...(own === null ? [] : [{ name: 'own', ...own.predictions }]),
      ...(parent === null ? [] : parentInputs(run, parent, ranges)),
      ...(global === null ? [] : globalInputs(run, global, ranges)),
    ],
  };
}

function sideArgs(side: TrainedModel | null): EvaluateArgs['own'] {
  return side === null ? null : chosenOf(side);
}

function chosenOf({ facts: { candidates, best, bestWithout } }: TrainedModel): SideArgs {
  return { candidates: candidates.length, best, bestWithout };
}
