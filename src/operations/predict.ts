import { rm } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { asJson } from '../domain/json.ts';
import type { GroupedMap, Outcome } from '../engines/engine.ts';
import { distinctNames } from '../frame/distinct-names.ts';
import type { ColumnValues, TableColumn } from '../frame/duckdb-write.ts';
import { type Column, requireColumn } from '../frame/frame.ts';
import { openSnapshot, type SnapshotReader } from '../frame/snapshot-reader.ts';
import { predictionsFromBytes } from '../partition/predictions.ts';
import { labelsOf } from '../partition/target.ts';
import type { Snapshot, SnapshotColumn, SnapshotPartition } from '../sources/snapshot.ts';
import type { Source } from '../spec/source.ts';
import type { Spec } from '../spec/spec.ts';
import type { RunRecord } from '../stores/run-store.ts';
import { answersOf } from './answers.ts';
import type { OperationContext } from './context.ts';
import { type Member, type ModelSet, modelSetOf } from './model-set.ts';
import type { PredictRequest, PredictResult } from './services.ts';
import { createTableFile, type TableFile } from './table-file.ts';

/** File ending → kind of source. */
const KINDS: { readonly [ending: string]: Exclude<Source['kind'], 'postgres'> } = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.parquet': 'parquet',
  '.json': 'json',
  '.jsonl': 'json',
  '.ndjson': 'json',
  '.arrow': 'arrow',
  '.feather': 'arrow',
};

type Context = Pick<
  OperationContext,
  'runs' | 'objects' | 'engineFor' | 'snapshotRequest' | 'takeSnapshot'
>;
type Scored = {
  readonly member: Member | null;
  readonly reason: string | null;
  readonly partition: SnapshotPartition;
};

/**
 * Every row of a file by the model of its partition; a key that training never saw is answered by the global model, and
 * each row names the model, the rung of the ladder and the reason. Rows come out in the order of the file.
 */
export async function predict(context: Context, request: PredictRequest): Promise<PredictResult> {
  const run = await context.runs.run(request.run);
  if (run.plan === null || run.snapshot === null) {
    throw new Failure('not-found', `Run ${run.runId} has no models: it is ${run.status}.`);
  }
  const trained = run.snapshot.columns;
  const spec = scoringSpec(run.spec, trained, request.data);
  const table = await createTableFile(request.out, columnsOf(run));
  const models = await modelSetOf(context, run);
  const { signal } = new AbortController();
  const snapshotRequest = {
    ...context.snapshotRequest(spec, dirname(request.data)),
    trained,
  };
  const { snapshot, parquetPath } = await context.takeSnapshot(snapshotRequest, signal);
  const reader = await openSnapshot(parquetPath);
  try {
    const scoring = new Scoring(context, run, spec, snapshot, parquetPath, reader, table);
    const rungs = await scoring.score(models, signal);
    await table.finish(0);
    return { out: request.out, rows: snapshot.rowCount, rungs };
  } finally {
    table.close();
    await reader.close();
    await rm(parquetPath, { force: true });
  }
}

class Scoring {
  readonly #context: Context;
  readonly #run: RunRecord;
  readonly #spec: Spec;
  readonly #snapshot: Snapshot;
  readonly #path: string;
  readonly #reader: SnapshotReader;
  readonly #table: TableFile;
  readonly #rungs: { [rung: string]: number } = {};

  constructor(
    context: Context,
    run: RunRecord,
    spec: Spec,
    snapshot: Snapshot,
    path: string,
    reader: SnapshotReader,
    table: TableFile,
  ) {
    this.#context = context;
    this.#run = run;
    this.#spec = spec;
    this.#snapshot = snapshot;
    this.#path = path;
    this.#reader = reader;
    this.#table = table;
  }

  async score(models: ModelSet, signal: AbortSignal): Promise<{ readonly [rung: string]: number }> {
    const routed = this.#snapshot.partitions.map((partition) => route(partition, models));
    const answered = routed.filter(({ member }) => member !== null);
    const job = this.#job(answered);
    for await (const arrived of this.#context.engineFor(this.#spec).map(job, signal)) {
      for (const outcome of arrived) await this.#write(answered[outcome.task] as Scored, outcome);
    }
    for (const one of routed.filter(({ member }) => member === null)) await this.#write(one, null);
    return this.#rungs;
  }

  #job(answered: readonly Scored[]): GroupedMap {
    const { objects } = this.#context;
    const { seconds, memory_mb: memoryMb } = this.#spec.limits.per_partition;
    return {
      snapshot: { digest: this.#snapshot.digest, path: this.#path },
      columns: this.#snapshot.columns.map(({ name }) => name),
      tasks: answered.map(({ partition: { id, text, start, count }, member }) => {
        const { pack, offset, length } = (member as Member).bytes;
        return {
          partition: { id, text, ranges: [{ start, count }] },
          inputs: [{ name: 'model', path: objects.path(pack), offset, length }],
        };
      }),
      fn: {
        name: 'score',
        args: asJson({ task: this.#spec.target.task, classes: this.#classes() }),
      },
      limits: { seconds, memoryMb },
    };
  }

  async #write({ partition, member, reason }: Scored, outcome: Outcome | null): Promise<void> {
    if (outcome?.kind === 'failed') {
      throw new Failure(
        'invalid-data',
        `Partition "${partition.text}" can't be scored: ${outcome.message}`,
      );
    }
    const { by } = this.#spec.partition;
    const id = this.#idColumn();
    const { frame, sourceRows } = await this.#reader.read([partition], id === null ? [] : [id], {
      sourceRows: true,
    });
    const { count } = partition;
    const repeat = (value: string | null) => Array.from({ length: count }, () => value);
    const classes = this.#classes();
    const bytes = outcome?.blobs.get('predictions');
    const output =
      bytes === undefined
        ? new Float64Array(count * Math.max(1, classes.length)).fill(Number.NaN)
        : predictionsFromBytes(bytes, 1, Math.max(1, classes.length)).values;
    this.#table.append(
      [
        sourceRows as Int32Array,
        ...by.map((name) => repeat(partition.key[name] ?? null)),
        ...(this.#run.spec.columns.id === undefined
          ? []
          : [id === null ? repeat(null) : textsOf(requireColumn(frame, id))]),
        answersOf(output, count, classes),
        ...classes.map((_, k) => classColumn(output, count, k, classes.length)),
        repeat(member?.digest ?? null),
        repeat(member?.rung ?? 'none'),
        repeat(reason),
      ],
      count,
    );
    const rung = member?.rung ?? 'none';
    this.#rungs[rung] = (this.#rungs[rung] ?? 0) + count;
  }

  #idColumn(): string | null {
    const { id } = this.#run.spec.columns;
    return id !== undefined && this.#snapshot.columns.some(({ name }) => name === id) ? id : null;
  }

  #classes(): readonly string[] {
    return this.#run.plan?.classes ?? [];
  }
}

function route(partition: SnapshotPartition, { members, global }: ModelSet): Scored {
  const member = members.get(partition.text);
  if (member !== undefined) return { partition, member, reason: member.reason };
  return { partition, member: global, reason: global === null ? 'no_model' : 'unseen_partition' };
}

/** The run's spec over another file: its key is cut where training cut it. */
function scoringSpec(spec: Spec, trained: readonly SnapshotColumn[], path: string): Spec {
  const kind = KINDS[extname(path).toLowerCase()];
  if (kind === undefined) {
    throw new Failure(
      'usage',
      `"${path}" does not say what it is: use a name that ends in ${Object.keys(KINDS).join(', ')}.`,
    );
  }
  const bins = trained.flatMap(({ name, edges }) => (edges ? [[name, { edges: [...edges] }]] : []));
  return {
    ...spec,
    data: { ...spec.data, source: { kind, path } },
    partition: { ...spec.partition, bins: Object.fromEntries(bins) },
  };
}

/** A column of the user's that is named like one of ours gets a number. */
function columnsOf({ spec, plan }: RunRecord): readonly TableColumn[] {
  const id = spec.columns.id === undefined ? [] : [spec.columns.id];
  const answers: readonly TableColumn[] = [
    { name: 'prediction', type: spec.target.task === 'classification' ? 'VARCHAR' : 'DOUBLE' },
    ...(plan?.classes ?? []).map((label): TableColumn => ({ name: `p:${label}`, type: 'DOUBLE' })),
    { name: 'model', type: 'VARCHAR' },
    { name: 'rung', type: 'VARCHAR' },
    { name: 'reason', type: 'VARCHAR' },
  ];
  const given = distinctNames(
    [...spec.partition.by, ...id],
    ['row', ...answers.map(({ name }) => name)],
  );
  return [
    { name: 'row', type: 'INTEGER' },
    ...given.map((name): TableColumn => ({ name, type: 'VARCHAR' })),
    ...answers,
  ];
}

function textsOf(column: Column): readonly (string | null)[] {
  const { codes, labels } = labelsOf(column);
  return Array.from(codes, (code) => labels[code] ?? null);
}

/** NaN = no answer, null in the file. */
function classColumn(output: Float64Array, count: number, k: number, width: number): ColumnValues {
  return Array.from({ length: count }, (_, i) => {
    const value = output[i * width + k] as number;
    return Number.isNaN(value) ? null : value;
  });
}
