import { Failure } from '../domain/failure.ts';
import { holdoutRows, outOfFoldRows } from '../estimators/folds.ts';
import type { ColumnValues, TableColumn } from '../frame/duckdb-write.ts';
import { type Column, type Frame, requireColumn } from '../frame/frame.ts';
import { openSnapshot, type SnapshotReader } from '../frame/snapshot-reader.ts';
import {
  bytesPerRow,
  type Predictions,
  predictionsFromBytes,
  readLayer,
} from '../partition/predictions.ts';
import { labelsOf, targetOf, weightsOf } from '../partition/target.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import type { PartitionRecord, RunPlan, RunRecord, TrainedPartition } from '../stores/run-store.ts';
import { answersOf } from './answers.ts';
import type { OperationContext } from './context.ts';
import type { PredictionsRequest } from './services.ts';
import { createTableFile, type TableFile } from './table-file.ts';

type Scope = 'own' | 'global';
type Trained = TrainedPartition & { readonly kind: 'trained' };

/**
 * The stored predictions that a run was judged by, one line per row and scope: the best own candidate's and the best
 * global one's. Every score of the result can be computed again from them.
 */
export async function writePredictions(
  context: Pick<OperationContext, 'runs' | 'objects'>,
  request: PredictionsRequest,
): Promise<{ readonly out: string; readonly rows: number }> {
  const run = await context.runs.run(request.run);
  if (run.plan === null || run.snapshot === null) {
    throw new Failure('not-found', `Run ${run.runId} has no predictions: it is ${run.status}.`);
  }
  const table = await createTableFile(request.out, columnsOf(run, run.plan));
  const reader = await openSnapshot(context.objects.path(run.snapshot.parquet));
  try {
    const folds = await context.objects.get(run.plan.folds);
    const writer = new PredictionWriter(
      run,
      run.plan,
      context.objects,
      reader,
      folds,
      table,
      request.split,
    );
    const global = asTrained(await context.runs.globalTraining(run.runId));
    for await (const record of context.runs.partitions(run.runId))
      await writer.write(record, global);
    await table.finish();
    return { out: request.out, rows: writer.rows };
  } finally {
    table.close();
    await reader.close();
  }
}

class PredictionWriter {
  rows = 0;
  readonly #run: RunRecord;
  readonly #plan: RunPlan;
  readonly #objects: ObjectStore;
  readonly #reader: SnapshotReader;
  readonly #folds: Uint8Array;
  readonly #table: TableFile;
  readonly #split: PredictionsRequest['split'];

  constructor(
    run: RunRecord,
    plan: RunPlan,
    objects: ObjectStore,
    reader: SnapshotReader,
    folds: Uint8Array,
    table: TableFile,
    split: PredictionsRequest['split'],
  ) {
    this.#run = run;
    this.#plan = plan;
    this.#objects = objects;
    this.#reader = reader;
    this.#folds = folds;
    this.#table = table;
    this.#split = split;
  }

  /** A merged partition's rows are written with its union. */
  async write(record: PartitionRecord, global: Trained | null): Promise<void> {
    if (record.decision.kind === 'merge' || record.decision.kind === 'skip') return;
    const { spec } = this.#run;
    const wanted = [spec.target.column, spec.columns.id, spec.columns.weight].filter(
      (name) => name !== undefined,
    );
    const { frame } = await this.#reader.read(record.ranges, [...new Set(wanted)]);
    const folds = concatenate(
      record.ranges.map(({ start, count }) => this.#folds.subarray(start, start + count)),
    );
    const rows = this.#split === 'holdout' ? holdoutRows(folds) : outOfFoldRows(folds);
    const own = asTrained(record.trained);
    if (own !== null) {
      const bytes = await this.#objects.getRange(
        own.predictions.pack,
        own.predictions.offset,
        own.predictions.length,
      );
      this.#append('own', own, record, frame, folds, rows, this.#open(bytes, own));
    }
    if (global !== null) {
      const bytes = await this.#globalBytes(record, global);
      this.#append('global', global, record, frame, folds, rows, this.#open(bytes, global));
    }
  }

  #open(bytes: Uint8Array, { facts }: Trained): Predictions {
    return predictionsFromBytes(bytes, facts.candidates.length + 1, this.#width());
  }

  async #globalBytes(
    record: PartitionRecord,
    { facts, predictions }: Trained,
  ): Promise<Uint8Array> {
    const rowBytes = bytesPerRow(facts.candidates.length + 1, this.#width());
    const parts = await Promise.all(
      record.ranges.map(({ start, count }) =>
        readPart(this.#objects, predictions, start * rowBytes, count * rowBytes),
      ),
    );
    return concatenate(parts);
  }

  #append(
    scope: Scope,
    { facts }: Trained,
    record: PartitionRecord,
    frame: Frame,
    folds: Uint8Array,
    rows: Int32Array,
    predictions: Predictions,
  ): void {
    const layer = this.#split === 'holdout' ? facts.candidates.length : (facts.best as number);
    const output = readLayer(predictions, layer, rows);
    const width = this.#width();
    const scored = rows.filter((_, i) => !Number.isNaN(output[i * width]));
    const kept = readLayer(predictions, layer, scored);
    const { spec } = this.#run;
    const repeat = <Value>(value: Value) => Array.from(scored, () => value);
    const columns: ColumnValues[] = [
      scored,
      repeat<string | null>(record.text),
      repeat<string | null>(scope),
      this.#split === 'holdout'
        ? repeat<number | null>(null)
        : Int32Array.from(scored, (row) => folds[row] as number),
      this.#truths(frame, scored),
      answersOf(kept, scored.length, this.#plan.classes),
      ...this.#plan.classes.map((_, k) =>
        Float64Array.from(scored, (_row, i) => kept[i * width + k] as number),
      ),
      ...(spec.columns.id === undefined
        ? []
        : [idTexts(requireColumn(frame, spec.columns.id), scored)]),
      ...(spec.columns.weight === undefined
        ? []
        : [Float64Array.from(scored, (row) => weightsOf(frame, spec)?.[row] ?? Number.NaN)]),
      repeat<number | null>(0),
      repeat<string | null>(facts.candidates[facts.best as number]?.algorithm ?? null),
    ];
    this.#table.append(columns, scored.length);
    this.rows += scored.length;
  }

  #truths(frame: Frame, rows: Int32Array): ColumnValues {
    const { spec } = this.#run;
    const target = targetOf(frame, { spec, task: spec.target.task, classes: this.#plan.classes });
    if (target.kind === 'values')
      return Float64Array.from(rows, (row) => target.values[row] as number);
    return Array.from(rows, (row) => target.classes[target.codes[row] as number] ?? null);
  }

  #width(): number {
    return Math.max(1, this.#plan.classes.length);
  }
}

function columnsOf({ spec }: RunRecord, { classes }: RunPlan): readonly TableColumn[] {
  const answer = spec.target.task === 'classification' ? 'VARCHAR' : 'DOUBLE';
  return [
    { name: 'row', type: 'INTEGER' },
    { name: 'partition', type: 'VARCHAR' },
    { name: 'scope', type: 'VARCHAR' },
    { name: 'fold', type: 'INTEGER' },
    { name: 'truth', type: answer },
    { name: 'prediction', type: answer },
    ...classes.map((label): TableColumn => ({ name: `p:${label}`, type: 'DOUBLE' })),
    ...(spec.columns.id === undefined ? [] : [{ name: 'id', type: 'VARCHAR' } as const]),
    ...(spec.columns.weight === undefined ? [] : [{ name: 'weight', type: 'DOUBLE' } as const]),
    { name: 'repeat', type: 'INTEGER' },
    { name: 'candidate', type: 'VARCHAR' },
  ];
}

function idTexts(column: Column, rows: Int32Array): readonly (string | null)[] {
  const { codes, labels } = labelsOf(column);
  return Array.from(rows, (row) => labels[codes[row] as number] ?? null);
}

function asTrained(trained: TrainedPartition | null): Trained | null {
  return trained?.kind === 'trained' && trained.facts.best !== null ? trained : null;
}

function readPart(
  objects: ObjectStore,
  { pack, offset }: PackMember,
  start: number,
  length: number,
): Promise<Uint8Array> {
  return objects.getRange(pack, offset + start, length);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}
