import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Digest } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import { failedResult } from '../engines/thread/failed-result.ts';
import { readFolds } from '../engines/thread/task-inputs.ts';
import { frameFromArrow, frameToArrow } from '../frame/arrow.ts';
import { openSnapshot } from '../frame/snapshot-reader.ts';
import { winnersOf } from '../partition/candidate-facts.ts';
import { columnsRead } from '../partition/columns-read.ts';
import type { PartitionRef } from '../partition/partition-function.ts';
import { findPartitionFunction } from '../partition/registry.ts';
import { repeatsOf } from '../partition/repeats.ts';
import type { TrainArgs } from '../partition/train-facts.ts';
import type { PartitionRecord, RunRecord, TrainedPartition } from '../stores/run-records.ts';
import { trainedModel } from '../stores/trained-model.ts';
import { type Differences, differencesOf } from './compare-runs.ts';
import type { OperationContext } from './context.ts';

/** How a training ended: with a model, or with what went wrong. */
export type TrainingEnd =
  | { readonly kind: 'model'; readonly digest: Digest | null }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };

/** What fits models here: the Node and machine, and the digest of the code. */
export type ReplayMachine = { readonly environment: JsonObject; readonly code: Digest | null };

/** One partition's training with all that it depends on, as one file (JSON in gzip; bytes in base64). */
type ReplayBundle = {
  readonly format: typeof FORMAT;
  readonly runId: string;
  readonly partition: PartitionRef;
  readonly args: TrainArgs;
  readonly machine: ReplayMachine;
  readonly expected: TrainingEnd;
  /** An Arrow IPC stream: the exact rows, in canonical order. */
  readonly rows: string;
  readonly rowHashes: string;
  readonly folds: string;
};

export type BundleRequest = {
  /** A run's id, or a unique prefix of it. */
  readonly run: string;
  readonly partition: string;
  readonly out: string;
};

export type Replayed = {
  readonly runId: string;
  readonly partition: string;
  readonly isSame: boolean;
  readonly expected: TrainingEnd;
  readonly found: TrainingEnd;
  /** What is not the same here, whether or not it made a difference. */
  readonly changed: Differences;
};

const FORMAT = 'partita replay 1';
/** Of rows, their hashes and folds: a bundle is held in memory whole, and a text of Node's can't be twice as long. */
const LARGEST = 256 * 2 ** 20;
/** Bytes of a number, and of the hash of a row. */
const NUMBER = 8;
const ROW_HASH = 16;

/**
 * Writes what one partition of a run was trained on and with, so that its model or its failure can be made again elsewhere,
 * without the run's database and source. Throws `Failure('not-found')` for a partition that was not trained.
 */
export async function writeReplayBundle(
  { runs, objects, lineage }: Pick<OperationContext, 'runs' | 'objects' | 'lineage'>,
  { run: id, partition: text, out }: BundleRequest,
): Promise<{ readonly out: string; readonly rows: number }> {
  const run = await runs.run(id);
  const record = await runs.partition(run.runId, text);
  const { snapshot, plan } = run;
  if (record.trained === null || snapshot === null || plan === null)
    throw new Failure(
      'not-found',
      `Partition "${record.text}" was not trained in run ${run.runId}: there is nothing to replay.`,
    );
  const columns = columnsRead(snapshot.columns, run.spec);
  // Before they are read: they may be more than the memory holds.
  const numbers = snapshot.columns.filter(
    ({ name, kind }) => kind === 'number' && columns.includes(name),
  ).length;
  const rowCount = record.ranges.reduce((sum, { count }) => sum + count, 0);
  checkSize(record, rowCount * (ROW_HASH + NUMBER * numbers), 'at least ');
  const reader = await openSnapshot(await objects.path(snapshot.parquet));
  try {
    const { frame, rowHashes } = await reader.read(record.ranges, columns);
    const rows = frameToArrow(frame);
    const folds = readFolds(
      { path: await objects.path(plan.folds), repeats: repeatsOf(run.spec) },
      record.ranges,
    );
    checkSize(record, rows.byteLength + rowHashes.byteLength + folds.byteLength);
    const { code, environment } = await lineage.makersOfRun(run.runId);
    await writeBundle(out, {
      format: FORMAT,
      runId: run.runId,
      partition: { id: record.partitionId, text: record.text, ranges: record.ranges },
      args: {
        ...argsOf(run, record, { classes: plan.classes, snapshot }),
        ...(await warmStart(runs, run)),
      },
      machine: { environment, code: code.partitionBundleDigest },
      expected: endOf(record.trained),
      rows: base64(rows),
      rowHashes: base64(rowHashes),
      folds: base64(folds),
    });
    return { out, rows: frame.rowCount };
  } finally {
    await reader.close();
  }
}

/** Throws `Failure('limit-exceeded')` before anything is written. */
function checkSize({ text }: PartitionRecord, bytes: number, least = ''): void {
  if (bytes <= LARGEST) return;
  const megabytes = (size: number) => Math.ceil(size / 2 ** 20);
  throw new Failure(
    'limit-exceeded',
    `Partition "${text}" takes ${least}${megabytes(bytes)} MB, and a bundle holds ${megabytes(LARGEST)} MB: debug it where its source is, with \`partita debug --partition\`.`,
  );
}

/** As `trainBatch` has them; a search under a budget is repeated by the rounds that it completed. */
function argsOf(
  { spec }: RunRecord,
  { trained }: PartitionRecord,
  {
    classes,
    snapshot: { cutoffs, rowCount },
  }: {
    readonly classes: readonly string[];
    readonly snapshot: NonNullable<RunRecord['snapshot']>;
  },
): TrainArgs {
  const search = trained?.kind === 'trained' ? trained.facts.search : null;
  return {
    spec,
    task: spec.target.task,
    classes,
    scope: 'own',
    cutoffs,
    tableRows: rowCount,
    ...(search === null ? {} : { replay: search }),
  };
}

/** What the model without partition found first, where the spec wants its winners to be tried early. */
async function warmStart(
  runs: Pick<OperationContext['runs'], 'globalTraining'>,
  { runId, spec }: RunRecord,
): Promise<Pick<TrainArgs, 'winners'>> {
  if (spec.tune.warm_start !== true) return {};
  const global = trainedModel(await runs.globalTraining(runId));
  return global === null ? {} : { winners: winnersOf(spec.metric, global.facts.candidates) };
}

function endOf(trained: TrainedPartition): TrainingEnd {
  if (trained.kind === 'trained')
    return { kind: 'model', digest: trained.facts.model?.digest ?? null };
  const { kind, reason, message } = trained;
  return { kind, reason, message };
}

/** Trains again what a bundle holds, in this process: no server is needed, and no limit of time or memory holds. */
export async function replayBundle(path: string, here: ReplayMachine): Promise<Replayed> {
  const bundle = await readBundle(path);
  const { runId, partition, expected, machine } = bundle;
  const found = trainAgain(bundle);
  return {
    runId,
    partition: partition.text,
    isSame: JSON.stringify(found) === JSON.stringify(expected),
    expected,
    found,
    changed: {
      ...differencesOf(machine.environment, here.environment),
      ...differencesOf({ code: machine.code }, { code: here.code }),
    },
  };
}

function trainAgain({ partition, args, rows, rowHashes, folds }: ReplayBundle): TrainingEnd {
  const data = {
    partition,
    frame: frameFromArrow(bytesOf(rows)),
    rowHashes: bytesOf(rowHashes),
    folds: bytesOf(folds),
    inputs: new Map(),
  };
  try {
    const context = { stop: new Int32Array(1), log: () => undefined };
    const { facts } = findPartitionFunction('train')(data, args, context);
    return { kind: 'model', digest: facts.model?.digest ?? null };
  } catch (error) {
    const { kind, reason, message } = failedResult(error);
    return { kind, reason, message };
  }
}

async function writeBundle(out: string, bundle: ReplayBundle): Promise<void> {
  const unfinished = `${out}.unfinished`;
  try {
    await writeFile(unfinished, await promisify(gzip)(JSON.stringify(bundle)), { mode: 0o600 });
    await rename(unfinished, out);
  } catch (cause) {
    throw new Failure('usage', `The bundle can't be written to ${out}; name another file.`, {
      cause,
    });
  }
}

async function readBundle(path: string): Promise<ReplayBundle> {
  try {
    const text = await promisify(gunzip)(await readFile(path), { maxOutputLength: 2 * LARGEST });
    const bundle = JSON.parse(text.toString('utf8')) as ReplayBundle;
    if (bundle.format === FORMAT) return bundle;
    throw new TypeError(`Its format is ${JSON.stringify(bundle.format)}.`);
  } catch (cause) {
    throw new Failure('usage', `${path} is no whole bundle that \`debug --bundle\` wrote.`, {
      cause,
    });
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** In memory of their own, aligned for every type. */
function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
