import { dirname } from 'node:path';
import { createJob, mapJob } from '../engines/job.ts';
import { distinctNames } from '../frame/distinct-names.ts';
import type { ColumnValues } from '../frame/duckdb-write.ts';
import { boundOf } from '../partition/answers.ts';
import { partitionRef } from '../partition/partition-function.ts';
import { predictionsFromBytes } from '../partition/predictions.ts';
import { answeredRoutes, modelInputs, type Route, routeOf } from '../serving/answer-routes.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import { withLocalInputs } from '../stores/stored-input.ts';
import { type MadeColumn, presentNumbers, repeated } from './answer-columns.ts';
import type { Workshop } from './context.ts';
import { type PassingSnapshot, passingRows, withSnapshot } from './passing-snapshot.ts';
import type { Answering } from './predict.ts';
import type { PredictRequest, PredictResult } from './requests.ts';
import { RowTally } from './row-tally.ts';
import { scoringSpec } from './scoring-spec.ts';
import { createTableFile } from './table-file.ts';

type Context = Pick<Workshop, 'engineFor' | 'snapshotRequest' | 'takeSnapshot'>;

/** The next rows of one partition; one row without a prediction where there is nobody, or nothing to go on from. */
type NextRows = Route & {
  readonly count: number;
  /** As training read the time: µs UTC, or numbers; NaN = none. */
  readonly times: Float64Array;
  readonly output: Float64Array;
};

/**
 * The next `forecast.horizon` rows of every partition of a file, whose rows are the history up to now. Partitions come
 * in text order, their rows in that of time.
 */
export async function forecastTable(
  context: Context,
  served: Answering,
  request: Omit<PredictRequest, 'run'>,
): Promise<PredictResult> {
  const { columns: trained, objects } = served;
  const spec = scoringSpec(served.spec, trained, request);
  const columns = nextColumns(spec, trained);
  const table = await createTableFile(request.out, columns);
  const source = { ...context.snapshotRequest(spec, dirname(request.data)), trained };
  try {
    return await withSnapshot(context, source, async (rows, signal) => {
      const { partitions } = rows.snapshot;
      const models = await served.modelsFor(partitions.map(({ text }) => text));
      const routes = partitions.map((partition) => routeOf(partition, models));
      const rungs = new RowTally();
      let total = 0;
      for (const next of await nextRows(
        { ...context, objects },
        { spec, ...rows },
        routes,
        signal,
      )) {
        const values = columns.map(({ valuesOf }) => valuesOf(next));
        table.append(values, next.count);
        rungs.add(next.member?.rung ?? 'none', next.count);
        total += next.count;
      }
      await served.confirm?.();
      await table.finish();
      return { out: request.out, rows: total, rungs: rungs.counts };
    });
  } finally {
    table.close();
  }
}

async function nextRows(
  { engineFor, objects }: Pick<Context, 'engineFor'> & Pick<Answering, 'objects'>,
  { spec, snapshot, path }: PassingSnapshot & { readonly spec: Spec },
  routes: readonly Route[],
  signal: AbortSignal,
): Promise<readonly NextRows[]> {
  const { forecast, time } = spec;
  if (forecast === undefined || time === undefined) throw new RangeError('This is no forecast.');
  const answered = answeredRoutes(routes);
  const rows = passingRows(spec, { snapshot, path });
  const tasks = answered.map(({ partition, member }) => ({
    partition: partitionRef(partition),
    inputs: modelInputs(member),
  }));
  const job = createJob(rows, {
    name: 'forecast',
    args: { forecast, time },
    tasks: await withLocalInputs(tasks, objects),
  });
  const found = new Map(routes.map((route) => [route.partition.id, nothing(route, route.reason)]));
  for await (const outcome of mapJob(await engineFor(spec), job, signal)) {
    const route = answered[outcome.task] as Route;
    const { id } = route.partition;
    if (outcome.kind !== 'ok') found.set(id, nothing(route, outcome.message));
    else if (outcome.facts.because !== null) found.set(id, nothing(route, outcome.facts.because));
    else
      found.set(id, {
        ...route,
        count: outcome.facts.rows,
        times: valuesIn(outcome.blobs, 'times'),
        output: valuesIn(outcome.blobs, 'predictions'),
      });
  }
  return [...found.values()];
}

function nothing(route: Route, reason: string | null): NextRows {
  const none = Float64Array.of(Number.NaN);
  return { ...route, member: null, reason, count: 1, times: none, output: none };
}

function valuesIn(blobs: ReadonlyMap<string, Uint8Array>, name: string): Float64Array {
  const bytes = blobs.get(name);
  if (bytes === undefined) throw new Error(`A forecast gave no ${name}.`);
  return predictionsFromBytes(bytes, 1, 1).values;
}

/** Every column of the file, in order. */
function nextColumns(
  { partition: { by }, time, intervals }: Spec,
  trained: readonly SnapshotColumn[],
): readonly MadeColumn<NextRows>[] {
  const given = by.map((name) => textColumn(name, ({ partition }) => partition.key[name] ?? null));
  const kind = trained.find(({ name }) => name === time)?.kind;
  const made: readonly MadeColumn<NextRows>[] = [
    { name: 'step', type: 'INTEGER', valuesOf: stepsOf },
    kind === 'time'
      ? { name: 'time', type: 'TIMESTAMP', valuesOf: ({ times }) => microsOf(times) }
      : { name: 'time', type: 'DOUBLE', valuesOf: ({ times }) => presentNumbers(times) },
    { name: 'prediction', type: 'DOUBLE', valuesOf: ({ output }) => presentNumbers(output) },
    ...(intervals === undefined ? [] : [boundColumn('lower', -1), boundColumn('upper', 1)]),
    textColumn('model', ({ member }) => member?.digest ?? null),
    textColumn('rung', ({ member }) => member?.rung ?? 'none'),
    textColumn('reason', ({ reason }) => reason),
  ];
  const names = distinctNames(
    given.map(({ name }) => name),
    made.map(({ name }) => name),
  );
  return [...given.map((column, i) => ({ ...column, name: names[i] as string })), ...made];
}

function textColumn(name: string, textOf: (next: NextRows) => string | null): MadeColumn<NextRows> {
  return { name, type: 'VARCHAR', valuesOf: (next) => repeated(textOf(next), next.count) };
}

function boundColumn(name: string, side: 1 | -1): MadeColumn<NextRows> {
  return {
    name,
    type: 'DOUBLE',
    valuesOf: ({ output, member }) =>
      presentNumbers(output.map((value) => boundOf(value, member?.reach, side))),
  };
}

/** 1 is the row after the last known one. */
function stepsOf({ output }: NextRows): ColumnValues {
  return Array.from(output, (value, i) => (Number.isNaN(value) ? null : i + 1));
}

function microsOf(times: Float64Array): ColumnValues {
  return Array.from(times, (time) => (Number.isNaN(time) ? null : BigInt(Math.round(time))));
}
