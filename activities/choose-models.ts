import { Failure } from '../src/domain/failure.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import { type RunStatus, runStatusOf } from '../src/domain/run.ts';
import { runJob, type TaskWith } from '../src/engines/job.ts';
import { type Choice, type Choosable, chooseModels } from '../src/partition/choice.ts';
import type { TotalsArgs } from '../src/partition/facts.ts';
import type { ArgsOf } from '../src/partition/registry.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { PackMember } from '../src/stores/objects/pack.ts';
import { GLOBAL_PARTITION, type PartitionRecord, type RunRecord } from '../src/stores/run-store.ts';
import { type TrainedModel, trainedModel } from '../src/stores/trained-model.ts';
import { type EngineScope, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { taskArgs, unionJob } from './partition-job.ts';
import { globalInputs, inputOf } from './stored-inputs.ts';

/** What the choice and the totals need of a partition; the rest of its record is let go. */
type Row = Choosable & {
  readonly rows: number;
  readonly ranges: PartitionRecord['ranges'];
  readonly own:
    | (Pick<TrainedModel['facts'], 'best' | 'bestWithout'> & { readonly predictions: PackMember })
    | null;
};

/** A partition whose rows count in the totals, and who answers for it. */
type Member = { readonly row: Row; readonly choice: Choice };

export function chooseModelsActivity(dependencies: ActivityDependencies) {
  const { runs, objects, engineFor } = dependencies;
  return {
    /** Verdicts over all partitions, who answers where, and the totals from rows. */
    async chooseModels({
      runId,
    }: {
      readonly runId: string;
    }): Promise<{ readonly status: RunStatus }> {
      const choose = async () => {
        const global = trainedModel(await runs.globalTraining(runId));
        const rows: Row[] = [];
        for await (const record of runs.partitions(runId)) rows.push(rowOf(record));
        return { global, rows, choices: chooseModels(rows, global?.facts.model.digest ?? null) };
      };
      const work = async ({ signal, attempt, bookmark }: EngineScope) => {
        const run = await runs.run(runId);
        const { global, rows, choices } = await choose();
        const task = totalsTask(run, membersOf(rows, choices), global, objects);
        const args = taskArgs(run);
        const job = unionJob(run, objects, { name: 'totals', args, tasks: [task] });
        const [outcome] = await runJob(await engineFor(run.spec), job, signal, bookmark);
        if (outcome?.kind !== 'ok')
          throw new Failure('run-failed', `Pooling the totals failed: ${outcome?.message}`);
        await runs.recordChoice(runId, choices, outcome.facts, attempt);
        return { status: runStatusOf(choices) };
      };
      const recorded = async () => ({ status: runStatusOf((await choose()).choices) });
      const step = { runId, stage: 'choose', scope: 'own', batch: 0 } as const;
      return inEngineActivity(dependencies, { step, work, recorded });
    },
  };
}

function rowOf(record: PartitionRecord): Row {
  const { partitionId, decision, rows, ranges, trained, evaluated } = record;
  const own = trainedModel(trained);
  return {
    partitionId,
    decision,
    rows,
    ranges,
    model: own?.facts.model.digest ?? null,
    isReused: trained?.origin !== undefined,
    failure: trained?.kind === 'failed' ? trained.reason : null,
    comparison: evaluated?.comparison ?? null,
    own: own && {
      best: own.facts.best,
      bestWithout: own.facts.bestWithout,
      predictions: own.predictions,
    },
  };
}

/** A merged partition's rows are those of its union. */
function membersOf(rows: readonly Row[], choices: readonly Choice[]): readonly Member[] {
  return rows
    .map((row, i): Member => ({ row, choice: choices[i] as Choice }))
    .filter(({ row }) => row.decision.kind !== 'merge');
}

/** One task over the union of all answered partitions, with their predictions as inputs (see `TotalsArgs`). */
function totalsTask(
  run: RunRecord,
  members: readonly Member[],
  global: TrainedModel | null,
  objects: ObjectStore,
): TaskWith<Omit<TotalsArgs, keyof ArgsOf<'rank'>>> {
  const ranges = members.flatMap(({ row }) => row.ranges);
  return {
    partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges },
    part: {
      members: members.map(({ row, choice }) => ({
        rows: row.rows,
        best: row.own?.best ?? null,
        bestWithout: row.own?.bestWithout ?? [],
        served: servedBy(row, choice),
      })),
      candidates: run.spec.candidates.length,
      global: global && { best: global.facts.best, bestWithout: global.facts.bestWithout },
    },
    inputs: [
      ...members.flatMap(({ row: { own } }) =>
        own === null ? [] : [inputOf('own', own.predictions, objects)],
      ),
      ...(global === null ? [] : globalInputs(run, global, ranges, objects)),
    ],
  };
}

function servedBy(row: Row, choice: Choice): TotalsArgs['members'][number]['served'] {
  if (choice.model === null) return 'none';
  return choice.model === row.model ? 'own' : 'global';
}
