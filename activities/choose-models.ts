import { Failure } from '../src/domain/failure.ts';
import { asJson, type JsonObject } from '../src/domain/json.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import { type RunStatus, runStatusOf } from '../src/domain/run.ts';
import type { InputRef } from '../src/engines/engine.ts';
import { type Choice, type Choosable, chooseModels } from '../src/partition/choice.ts';
import type { TotalsArgs } from '../src/partition/facts.ts';
import {
  GLOBAL_PARTITION,
  type PackMember,
  type PartitionRecord,
  type RunRecord,
  type TrainedPartition,
} from '../src/stores/run-store.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { runJob, taskArgs, unionJob } from './partition-job.ts';

/** What the choice and the totals need of a partition; the rest of its record is let go. */
type Row = Choosable & {
  readonly rows: number;
  readonly ranges: PartitionRecord['ranges'];
  readonly best: number | null;
  readonly predictions: PackMember | null;
};

export function chooseModelsActivity({ runs, objects, engineFor }: ActivityDependencies) {
  return {
    /** Verdicts over all partitions, who answers where, and the totals from rows. */
    async chooseModels({
      runId,
    }: {
      readonly runId: string;
    }): Promise<{ readonly status: RunStatus }> {
      return inActivity(async ({ signal, attempt }) => {
        const run = await runs.run(runId);
        const global = await runs.globalTraining(runId);
        const rows: Row[] = [];
        for await (const record of runs.partitions(runId)) rows.push(rowOf(record));
        const globalModel =
          global?.kind === 'trained' ? (global.facts.model?.digest ?? null) : null;
        const choices = chooseModels(rows, globalModel);

        const task = totalsTask(run, rows, choices, global, (member) => objects.path(member.pack));
        const job = unionJob(run, objects, 'totals', taskArgs(run), [task]);
        const [outcome] = await runJob(engineFor(run.spec), job, signal);
        if (outcome?.kind !== 'ok')
          throw new Failure('run-failed', `Pooling the totals failed: ${outcome?.message}`);
        await runs.recordChoice(runId, choices, outcome.facts, attempt);
        return { status: runStatusOf(choices) };
      });
    },
  };
}

function rowOf(record: PartitionRecord): Row {
  const { partitionId, decision, rows, ranges, trained, evaluated } = record;
  const facts = trained?.kind === 'trained' ? trained.facts : null;
  return {
    partitionId,
    decision,
    rows,
    ranges,
    model: facts?.model?.digest ?? null,
    failure: trained?.kind === 'failed' ? trained.reason : null,
    comparison: evaluated?.comparison ?? null,
    best: facts?.best ?? null,
    predictions: trained?.kind === 'trained' ? trained.predictions : null,
  };
}

/** One task over the union of all answered partitions, with their predictions as inputs (see `TotalsArgs`). */
function totalsTask(
  run: RunRecord,
  rows: readonly Row[],
  choices: readonly Choice[],
  global: TrainedPartition | null,
  pathOf: (member: PackMember) => string,
) {
  // A merged partition's rows are those of its union.
  const members = rows.flatMap((row, i) =>
    row.decision.kind === 'merge' ? [] : [{ row, choice: choices[i] as Choice }],
  );
  const own = members.filter(({ row }) => row.best !== null && row.predictions !== null);
  const inputs: InputRef[] = own.map(({ row }) =>
    inputOf('own', row.predictions as PackMember, pathOf),
  );
  const globalBest = global?.kind === 'trained' ? global.facts.best : null;
  const globalPredictions =
    global?.kind === 'trained' && globalBest !== null ? global.predictions : null;
  if (globalPredictions !== null)
    inputs.push(
      ...globalInputs(
        run,
        members.map(({ row }) => row),
        globalPredictions,
        pathOf,
      ),
    );
  const part: JsonObject = asJson({
    members: members.map(({ row, choice }) => ({
      rows: row.rows,
      best: row.best,
      served: servedBy(row, choice),
    })),
    candidates: run.spec.candidates.length,
    global: globalPredictions === null ? null : { best: globalBest },
  } satisfies Omit<TotalsArgs, 'spec' | 'task' | 'classes'> | object);
  const ranges = members.flatMap(({ row }) => row.ranges);
  return { partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges }, part, inputs };
}

function servedBy(row: Row, choice: Choice): TotalsArgs['members'][number]['served'] {
  if (choice.model === null) return 'none';
  return choice.model === row.model ? 'own' : 'global';
}

function inputOf(
  name: string,
  { offset, length, ...member }: PackMember,
  pathOf: (member: PackMember) => string,
): InputRef {
  return { name, path: pathOf({ offset, length, ...member }), offset, length };
}

/** The global model's predictions lie in snapshot order; the union's members may not. */
function globalInputs(
  run: RunRecord,
  rows: readonly Row[],
  predictions: PackMember,
  pathOf: (member: PackMember) => string,
): readonly InputRef[] {
  const rowBytes = predictions.length / Math.max(1, run.snapshot?.rowCount ?? 1);
  return rows.flatMap(({ ranges }) =>
    ranges.map(({ start, count }) => ({
      name: 'global',
      path: pathOf(predictions),
      offset: predictions.offset + start * rowBytes,
      length: count * rowBytes,
    })),
  );
}
