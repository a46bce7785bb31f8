import { rm } from 'node:fs/promises';
import { Failure } from '../domain/failure.ts';
import { asJson, type JsonObject } from '../domain/json.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { displayPartition } from '../domain/partition.ts';
import { type Frame, findColumn } from '../frame/frame.ts';
import { openSnapshot } from '../frame/snapshot-reader.ts';
import { classLabels } from '../partition/condition.ts';
import type { ProfileFacts } from '../partition/facts.ts';
import type {
  PartitionContext,
  PartitionData,
  PartitionResult,
} from '../partition/partition-function.ts';
import { findPartitionFunction } from '../partition/registry.ts';
import type { Snapshot, SnapshotPartition } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';
import type { DebugRequest, DebugStep } from './services.ts';

type OnStep = (step: DebugStep) => void;

/**
 * The very partition functions in this process on one partition's real rows, one after the other up to the asked stage:
 * a breakpoint in any of them holds.
 */
export async function debugPartition(
  context: Pick<Workshop, 'snapshotRequest' | 'takeSnapshot'>,
  request: DebugRequest,
  onStep: OnStep,
): Promise<JsonObject> {
  const { spec, baseFolder } = request;
  const { signal } = new AbortController();
  const { snapshot, parquetPath } = await context.takeSnapshot(
    context.snapshotRequest(spec, baseFolder),
    signal,
  );
  const reader = await openSnapshot(parquetPath);
  try {
    const partition = findPartition(snapshot, request.partition);
    const columns = snapshot.columns
      .map(({ name }) => name)
      .filter((name) => !spec.columns.drop.includes(name));
    const { frame, rowHashes } = await reader.read([partition], columns);
    return new Debugging(spec, snapshot, partition, { frame, rowHashes }, onStep).upTo(
      request.stage,
    );
  } finally {
    await reader.close();
    await rm(parquetPath, { force: true });
  }
}

class Debugging {
  readonly #spec: Spec;
  readonly #snapshot: Snapshot;
  readonly #partition: SnapshotPartition;
  readonly #rows: Pick<PartitionData, 'frame' | 'rowHashes'>;
  readonly #onStep: OnStep;

  constructor(
    spec: Spec,
    snapshot: Snapshot,
    partition: SnapshotPartition,
    rows: Pick<PartitionData, 'frame' | 'rowHashes'>,
    onStep: OnStep,
  ) {
    this.#spec = spec;
    this.#snapshot = snapshot;
    this.#partition = partition;
    this.#rows = rows;
    this.#onStep = onStep;
  }

  upTo(stage: DebugRequest['stage']): JsonObject {
    const profiled = this.#run(
      'profile',
      { spec: this.#spec, cutoffs: this.#snapshot.cutoffs },
      {},
    );
    if (stage === 'profile') return profiled.facts;
    const facts = profiled.facts as unknown as ProfileFacts;
    const classes =
      this.#spec.target.task === 'classification'
        ? classLabels([{ ...this.#partition, facts }])
        : [];
    const args = { spec: this.#spec, task: this.#spec.target.task, classes };
    const folds = profiled.blobs.get('folds') as Uint8Array;
    const trained = this.#run('train', { ...args, scope: 'own' }, { folds });
    if (stage === 'train') return trained.facts;
    const { best } = trained.facts as { readonly best: number | null };
    const own = best === null ? null : { candidates: this.#spec.candidates.length, best };
    const inputs = new Map([['own', trained.blobs.get('predictions') as Uint8Array]]);
    return this.#run('evaluate', { ...args, own, global: null }, { folds, inputs }).facts;
  }

  #run(
    name: string,
    args: object,
    more: Partial<Pick<PartitionData, 'folds' | 'inputs'>>,
  ): PartitionResult {
    const { id, text, start, count } = this.#partition;
    const data: PartitionData = {
      partition: { id, text, ranges: [{ start, count }] },
      ...this.#rows,
      inputs: new Map(),
      ...more,
    };
    const log: string[] = [];
    let since = performance.now();
    const lap = () => {
      const before = since;
      since = performance.now();
      return since - before;
    };
    const context: PartitionContext = {
      stop: new Int32Array(1),
      log: (line) => void log.push(line),
      trace: ({ name: step, ...sides }) =>
        this.#onStep({ name: `${name}: ${step}`, ...sides, ms: lap() }),
    };
    const started = performance.now();
    const result = findPartitionFunction(name)(data, asJson(args), context);
    this.#onStep({
      name,
      inputs: { partition: text, rows: count, columns: frameOutline(data.frame) },
      outputs: {
        ...result.facts,
        blobs: blobOutline(result),
        ...(log.length === 0 ? {} : { log }),
      },
      ms: performance.now() - started,
    });
    return result;
  }
}

/** By canonical text, or by the bare value where the key is one column. */
function findPartition({ partitions }: Snapshot, wanted: string): SnapshotPartition {
  const found = partitions.find(
    ({ text, key }) => text === wanted || displayPartition(key, text) === wanted,
  );
  if (found !== undefined) return found;
  const nearest = nearestName(
    wanted,
    partitions.map(({ key, text }) => displayPartition(key, text)),
  );
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw new Failure('not-found', `No partition "${wanted}" among ${partitions.length}.${hint}`);
}

/** Name → kind, how many are missing and the first value. */
function frameOutline(frame: Frame): JsonObject {
  return Object.fromEntries(
    frame.columns.map(({ name, kind }) => [name, { kind, first: firstValue(frame, name) }]),
  );
}

function firstValue(frame: Frame, name: string): string | number | null {
  const column = findColumn(frame, name);
  if (column === undefined || frame.rowCount === 0) return null;
  if (column.kind === 'category') return column.levels[column.codes[0] as number] ?? null;
  const value = (column.kind === 'number' ? column.values : column.micros)[0] as number;
  if (Number.isNaN(value)) return null;
  return column.kind === 'number' ? value : new Date(value / 1000).toISOString();
}

function blobOutline({ blobs }: PartitionResult): JsonObject {
  return Object.fromEntries([...blobs].map(([name, bytes]) => [name, `${bytes.length} bytes`]));
}
