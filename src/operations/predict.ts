import { dirname } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { Outcome } from '../engines/engine.ts';
import { createJob, type Job, mapJob } from '../engines/job.ts';
import { requireColumn } from '../frame/frame.ts';
import { openSnapshot, type SnapshotReader } from '../frame/snapshot-reader.ts';
import { partitionRef } from '../partition/partition-function.ts';
import { outputWidth, predictionsFromBytes } from '../partition/predictions.ts';
import type { ScoreFacts } from '../partition/score-facts.ts';
import { doublesPerRow } from '../partition/top-contributions.ts';
import {
  type AnsweredRoute,
  answeredRoutes,
  modelInputs,
  type Route,
  routeOf,
} from '../serving/answer-routes.ts';
import { type ServedModels, type ServedSet, servedModels } from '../serving/model-set.ts';
import { SetReader } from '../serving/set-file/set-reader.ts';
import type { Spec } from '../spec/spec.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { withLocalInputs } from '../stores/stored-input.ts';
import { columnTexts } from './answer-columns.ts';
import type { OperationContext, Workshop } from './context.ts';
import { forecastTable } from './forecast-table.ts';
import { type PassingSnapshot, passingRows, withSnapshot } from './passing-snapshot.ts';
import type { PredictRequest, PredictResult, SetPredictRequest } from './requests.ts';
import { RowTally } from './row-tally.ts';
import { type ScoredRows, scoreColumns } from './score-columns.ts';
import { scoringSpec } from './scoring-spec.ts';
import { createTableFile } from './table-file.ts';

type Tools = Pick<Workshop, 'engineFor' | 'snapshotRequest' | 'takeSnapshot'>;
type Context = Tools & Pick<OperationContext, 'runs' | 'facts' | 'quarantine' | 'objects'>;

/** Who answers, and where their bytes lie. */
export type Answering = Omit<ServedModels, 'models'> & {
  readonly modelsFor: (texts: readonly string[]) => Promise<ServedSet>;
  readonly objects: Pick<ObjectStore, 'path'>;
  /** Throws where engines may have read other bytes there than those of the models; absent: nobody changes them. */
  readonly confirm?: () => Promise<void>;
};

/** The rows to be scored. */
type NewRows = PassingSnapshot & {
  readonly spec: Spec;
  readonly classes: readonly string[];
  readonly reader: SnapshotReader;
  readonly explain: number | undefined;
};

/**
 * Every row of a file by the model of its partition; a key that training never saw is answered by the global model, and
 * each row names the model, the rung of the ladder and the reason. Rows come out in the order of the file. Of a forecast
 * the rows are the history, and the next ones come out.
 */
export async function predict(context: Context, request: PredictRequest): Promise<PredictResult> {
  const { models, ...served } = await servedModels(context, request.run);
  const { objects } = context;
  return predictBy(context, { ...served, objects, modelsFor: async () => models }, request);
}

/** The same by a model set file: it needs no server, and opens the models of the partitions that are in the table. */
export async function predictFromSet(
  workshopFor: (spec: Spec) => Promise<Tools>,
  { set, ...request }: SetPredictRequest,
): Promise<PredictResult> {
  const reader = await SetReader.open(set);
  try {
    const { spec, classes, columns } = reader.manifest;
    const here = { ...request, engine: 'local' } as const;
    const answering: Answering = {
      spec,
      classes,
      columns,
      objects: { path: async () => reader.path },
      modelsFor: (texts) => reader.checkedModels(texts),
      confirm: () => reader.confirm(),
    };
    const tools = await workshopFor(scoringSpec(spec, columns, here));
    return await predictBy(tools, answering, here);
  } finally {
    await reader.close();
  }
}

async function predictBy(
  context: Tools,
  served: Answering,
  request: Omit<PredictRequest, 'run'>,
): Promise<PredictResult> {
  if (served.spec.forecast !== undefined) {
    if (request.explain === undefined) return forecastTable(context, served, request);
    throw new Failure(
      'usage',
      'The rows of a forecast have no explanation, as each goes on from predictions before it: leave out --explain.',
    );
  }
  const { classes, columns: trained } = served;
  const spec = scoringSpec(served.spec, trained, request);
  const { explain } = request;
  const columns = scoreColumns(spec, classes, explain);
  const table = await createTableFile(request.out, columns);
  const source = { ...context.snapshotRequest(spec, dirname(request.data)), trained };
  try {
    return await withSnapshot(context, source, async ({ snapshot, path }, signal) => {
      const reader = await openSnapshot(path);
      try {
        const rows = { spec, classes, snapshot, path, reader, explain };
        const models = await served.modelsFor(snapshot.partitions.map(({ text }) => text));
        const routes = snapshot.partitions.map((partition) => routeOf(partition, models));
        const rungs = new RowTally();
        const unexplained = new RowTally();
        const { objects } = served;
        for await (const scored of scoreAll({ ...context, objects }, rows, routes, signal)) {
          const { count } = scored.partition;
          const values = columns.map(({ valuesOf }) => valuesOf(scored));
          table.append(values, count);
          rungs.add(scored.rung, count);
          const facts = scored.explained?.facts;
          if (facts !== undefined && 'because' in facts) unexplained.add(facts.because, count);
        }
        await served.confirm?.();
        await table.finish({ orderBy: 0 });
        return {
          out: request.out,
          rows: snapshot.rowCount,
          rungs: rungs.counts,
          ...(!unexplained.isEmpty() && { unexplained: unexplained.counts }),
        };
      } finally {
        await reader.close();
      }
    });
  } finally {
    table.close();
  }
}

async function* scoreAll(
  { engineFor, objects }: Pick<Tools, 'engineFor'> & Pick<Answering, 'objects'>,
  rows: NewRows,
  routes: readonly Route[],
  signal: AbortSignal,
): AsyncGenerator<ScoredRows> {
  const answered = answeredRoutes(routes);
  const job = await scoreJob(rows, answered, objects);
  for await (const outcome of mapJob(await engineFor(rows.spec), job, signal)) {
    const answer = answered[outcome.task] as Route;
    yield scoredRows(rows, answer, answersOf(outcome, answer, rows));
  }
  for (const nobody of routes.filter(({ member }) => member === null)) {
    const length = nobody.partition.count * outputWidth(rows.classes);
    const output = new Float64Array(length).fill(Number.NaN);
    yield scoredRows(rows, nobody, { output, explained: null });
  }
}

async function scoreJob(
  { spec, classes, snapshot, path, explain }: NewRows,
  answered: readonly AnsweredRoute[],
  objects: Answering['objects'],
): Promise<Job<'score'>> {
  const rows = passingRows(spec, { snapshot, path });
  const tasks = answered.map(({ partition, member }) => ({
    partition: partitionRef(partition),
    part: { weights: member.parts.map(({ weight }) => weight) },
    inputs: modelInputs(member),
  }));
  const { task, positive } = spec.target;
  const asked = explain !== undefined && {
    explain: { columns: explain, ...(positive !== undefined && { positive }) },
  };
  const args = { task, classes, ...asked };
  return createJob(rows, { name: 'score', args, tasks: await withLocalInputs(tasks, objects) });
}

type Answers = Pick<ScoredRows, 'output' | 'explained'>;

function answersOf(
  outcome: Outcome<ScoreFacts>,
  { partition }: Route,
  { classes, explain }: NewRows,
): Answers {
  if (outcome.kind !== 'ok')
    throw new Failure(
      'invalid-data',
      `Partition "${partition.text}" can't be scored: ${outcome.message}`,
    );
  const { facts, blobs } = outcome;
  const bytes = blobs.get('predictions');
  if (bytes === undefined) throw new Error(`Scoring ${partition.text} gave no predictions.`);
  const { values: output } = predictionsFromBytes(bytes, 1, outputWidth(classes));
  const told = blobs.get('contributions');
  if (explain === undefined || told === undefined || facts.explained === undefined)
    return { output, explained: null };
  const { values } = predictionsFromBytes(told, 1, doublesPerRow(explain));
  return { output, explained: { facts: facts.explained, values } };
}

/** The answers beside what the file says of the rows: where they stood in it, and their ids where it has such a column. */
async function scoredRows(
  { spec, snapshot, reader }: NewRows,
  { partition, member, reason }: Route,
  answers: Answers,
): Promise<ScoredRows> {
  const id = snapshot.columns.find(({ name }) => name === spec.columns.id)?.name;
  const { frame, sourceRows } = await reader.read([partition], id === undefined ? [] : [id], {
    sourceRows: true,
  });
  return {
    partition,
    rowCount: partition.count,
    sourceRows: sourceRows as Int32Array,
    ids: id === undefined ? null : columnTexts(requireColumn(frame, id)),
    ...answers,
    model: member?.digest ?? null,
    rung: member?.rung ?? 'none',
    reason,
    reach: member?.reach,
  };
}
