import { Failure } from '../src/domain/failure.ts';
import type { InputRef, PartitionTask } from '../src/engines/engine.ts';
import { cutBatches } from '../src/partition/batch-plan.ts';
import type { EvaluateArgs, EvaluateFacts } from '../src/partition/facts.ts';
import { bytesPerRow } from '../src/partition/predictions.ts';

import type { ObjectStore } from '../src/stores/object-store.ts';
import {
  type EvaluatedPartition,
  type PlannedPartition,
  type RunRecord,
  type TrainedPartition,
} from '../src/stores/run-store.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { partitionJob, requirePlan, runJob, taskArgs } from './partition-job.ts';

/** Evaluation reads every layer of own and global predictions: fewer rows per batch than a profile. */
const EVALUATION_LIMITS = { partitions: 250, rows: 250_000 };

type Trained = TrainedPartition & { readonly kind: 'trained' };

export function evaluationActivities({ runs, objects, engineFor }: ActivityDependencies) {
  return {
    /** The barrier before evaluate. */
    async planEvaluation({
      runId,
    }: {
      readonly runId: string;
    }): Promise<{ readonly evaluateBatches: number }> {
      return inActivity(async () => {
        const answered: { readonly id: string; readonly rows: number }[] = [];
        for await (const { partitionId, decision, rows } of runs.partitions(runId)) {
          if (decision.kind === 'train' || decision.kind === 'global')
            answered.push({ id: partitionId, rows });
        }
        const batches = cutBatches(answered, EVALUATION_LIMITS).map((batch) =>
          batch.map(({ id }) => id),
        );
        await runs.planBatches(runId, { stage: 'evaluate', batches });
        return { evaluateBatches: batches.length };
      });
    },

    /** Own and global scores on identical rows, their comparison and plots, for a batch's partitions. */
    async evaluateBatch(input: { readonly runId: string; readonly batch: number }): Promise<void> {
      return inActivity(async ({ signal, attempt }) => {
        const run = await runs.run(input.runId);
        const partitions = await runs.plannedBatch(input.runId, 'evaluate', input.batch);
        const trained = await runs.trained(
          input.runId,
          partitions.map(({ partitionId }) => partitionId),
        );
        const global = asTrained((await runs.globalTraining(input.runId)) ?? undefined);
        const tasks = partitions.map((partition) =>
          evaluationTask(
            run,
            objects,
            partition,
            asTrained(trained.get(partition.partitionId)),
            global,
          ),
        );
        const outcomes = await runJob(
          engineFor(run.spec),
          partitionJob(run, objects, 'evaluate', taskArgs(run), tasks),
          signal,
        );
        const evaluated = outcomes.flatMap((outcome, i): EvaluatedPartition[] => {
          const { partitionId, text } = partitions[i] as PlannedPartition;
          if (outcome.kind === 'ok')
            return [{ partitionId, facts: outcome.facts as unknown as EvaluateFacts }];
          throw new Failure('run-failed', `Evaluating ${text} failed: ${outcome.message}`);
        });
        await runs.recordEvaluation(input.runId, input.batch, evaluated, attempt);
      });
    },
  };
}

function asTrained(trained: TrainedPartition | undefined): Trained | null {
  return trained?.kind === 'trained' && trained.facts.best !== null ? trained : null;
}

function evaluationTask(
  run: RunRecord,
  objects: ObjectStore,
  partition: PlannedPartition,
  own: Trained | null,
  global: Trained | null,
): PartitionTask {
  const part: Pick<EvaluateArgs, 'own' | 'global'> = {
    own: sideArgs(own),
    global: sideArgs(global),
  };
  return {
    partition: { id: partition.partitionId, text: partition.text, ranges: partition.ranges },
    part,
    inputs: [
      ...(own === null ? [] : [ownInput(objects, own)]),
      ...(global === null ? [] : globalInputs(run, objects, partition, global)),
    ],
  };
}

function sideArgs(side: Trained | null): EvaluateArgs['own'] {
  return side === null || side.facts.best === null
    ? null
    : { candidates: side.facts.candidates.length, best: side.facts.best };
}

function ownInput(objects: ObjectStore, { predictions }: Trained): InputRef {
  const { pack, offset, length } = predictions;
  return { name: 'own', path: objects.path(pack), offset, length };
}

/** The global model's predictions lie in snapshot order: a partition's are the same ranges; a union's, several. */
function globalInputs(
  run: RunRecord,
  objects: ObjectStore,
  partition: PlannedPartition,
  { predictions, facts }: Trained,
): readonly InputRef[] {
  const width = Math.max(1, requirePlan(run).classes.length);
  const rowBytes = bytesPerRow(facts.candidates.length + 1, width);
  return partition.ranges.map(({ start, count }) => ({
    name: 'global',
    path: objects.path(predictions.pack),
    offset: predictions.offset + start * rowBytes,
    length: count * rowBytes,
  }));
}
