import { Failure } from '../src/domain/failure.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import { type RunStatus, runStatusOf } from '../src/domain/run.ts';
import { runJob, type TaskWith } from '../src/engines/job.ts';
import {
  type AnsweringParents,
  type Choice,
  type Choosable,
  chooseModels,
  chooseParents,
} from '../src/partition/choice.ts';
import type { SideScores, TotalsArgs } from '../src/partition/facts.ts';
import { parentOf } from '../src/partition/parents.ts';
import type { ArgsOf } from '../src/partition/registry.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { PackMember } from '../src/stores/objects/pack.ts';
import { GLOBAL_PARTITION, type PartitionRecord, type RunRecord } from '../src/stores/run-store.ts';
import { type TrainedModel, trainedModel } from '../src/stores/trained-model.ts';
import { type EngineScope, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { taskArgs, unionJob } from './partition-job.ts';
import {
  globalInputs,
  inputOf,
  parentInputs,
  type TrainedParent,
  trainedParents,
} from './stored-inputs.ts';

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
        const digest = global?.facts.model.digest ?? null;
        const { parents: columns } = (await runs.run(runId)).spec.partition;
        const rows: Row[] = [];
        for await (const record of runs.partitions(runId)) rows.push(rowOf(record, columns));
        const above = (await runs.parents(runId)).map((record) => rowOf(record, undefined));
        const parents = chooseParents(above, digest);
        const choices = chooseModels(rows, digest, parents.answering);
        return { global, rows, choices, parents };
      };
      const work = async ({ signal, attempt, bookmark }: EngineScope) => {
        const run = await runs.run(runId);
        const { global, rows, choices, parents } = await choose();
        const members = membersOf(rows, choices);
        const models = { global, parents: await trainedParents(runs, runId) };
        const task = totalsTask(run, members, { ...models, answering: parents.answering }, objects);
        const args = taskArgs(run);
        const job = unionJob(run, objects, { name: 'totals', args, tasks: [task] });
        const [outcome] = await runJob(await engineFor(run.spec), job, signal, bookmark);
        if (outcome?.kind !== 'ok')
          throw new Failure('run-failed', `Pooling the totals failed: ${outcome?.message}`);
        const { blends = [], ...totals } = outcome.facts;
        const chosen = [...withScores(choices, blends), ...parents.choices];
        await runs.recordChoice(runId, chosen, totals, attempt);
        return { status: runStatusOf(choices) };
      };
      const recorded = async () => ({ status: runStatusOf((await choose()).choices) });
      const step = { runId, stage: 'choose', scope: 'own', batch: 0 } as const;
      return inEngineActivity(dependencies, { step, work, recorded });
    },
  };
}

/** `columns`: those of the key that a parent has. */
function rowOf(record: PartitionRecord, columns: readonly string[] | undefined): Row {
  const { partitionId, key, decision, rows, ranges, trained, evaluated } = record;
  const parent = parentOf(key, columns);
  const { comparison = null, errors = null } = evaluated?.parent ?? {};
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
    errors: evaluated?.errors ?? null,
    ...(parent !== null && { parent: { id: parent.id, comparison, errors } }),
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

/** The models that answer beside the partitions' own. */
type Models = {
  readonly global: TrainedModel | null;
  readonly parents: ReadonlyMap<string, TrainedParent>;
  readonly answering: AnsweringParents;
};

/** One task over the union of all answered partitions, with their predictions as inputs (see `TotalsArgs`). */
function totalsTask(
  run: RunRecord,
  members: readonly Member[],
  { global, parents, answering }: Models,
  objects: ObjectStore,
): TaskWith<Omit<TotalsArgs, keyof ArgsOf<'rank'>>> {
  const ranges = members.flatMap(({ row }) => row.ranges);
  const parentFor = ({ row }: Member) => parents.get(row.parent?.id ?? '');
  return {
    partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges },
    part: {
      members: members.map((member) => {
        const { row, choice } = member;
        const parent = parentFor(member);
        return {
          rows: row.rows,
          best: row.own?.best ?? null,
          bestWithout: row.own?.bestWithout ?? [],
          ...(parent && { parent: chosenOfParent(parent) }),
          served: servedBy(row, choice, answering),
        };
      }),
      candidates: run.spec.candidates.length,
      global: global && { best: global.facts.best, bestWithout: global.facts.bestWithout },
    },
    inputs: [
      ...members.flatMap(({ row: { own } }) =>
        own === null ? [] : [inputOf('own', own.predictions, objects)],
      ),
      ...members.flatMap((member) => {
        const parent = parentFor(member);
        return parent === undefined ? [] : parentInputs(run, parent, member.row.ranges, objects);
      }),
      ...(global === null ? [] : globalInputs(run, global, ranges, objects)),
    ],
  };
}

function chosenOfParent({ model: { facts }, reach }: TrainedParent) {
  return { best: facts.best, bestWithout: facts.bestWithout, reach };
}

/** `scores`: of the blends, in the order of the choices. */
function withScores(choices: readonly Choice[], scores: readonly SideScores[]): readonly Choice[] {
  let next = 0;
  return choices.map((choice) => {
    if (choice.blend === undefined) return choice;
    return { ...choice, blend: { ...choice.blend, scores: scores[next++] ?? null } };
  });
}

function servedBy(
  row: Row,
  choice: Choice,
  answering: AnsweringParents,
): TotalsArgs['members'][number]['served'] {
  if (choice.model === null) return 'none';
  if (choice.blend !== undefined) {
    const { parts, withoutFold } = choice.blend;
    const isParent = parts.some(({ rung }) => rung === 'parent');
    return { with: isParent ? 'parent' : 'global', weight: parts[0]?.weight ?? 0, withoutFold };
  }
  if (choice.model === row.model) return 'own';
  return choice.model === answering.get(row.parent?.id ?? '') ? 'parent' : 'global';
}
