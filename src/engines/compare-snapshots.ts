import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DISTRIBUTION } from '../partition/drift/distribution.ts';
import type { DriftArgs } from '../partition/drift/drift.ts';
import type { DriftFacts } from '../partition/drift/drift-facts.ts';
import type { PartitionRef } from '../partition/partition-function.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import type { Engine, GroupedMap, InputRef, Outcome } from './engine.ts';
import { createJob, mapJob } from './job.ts';

type Rows = Pick<GroupedMap, 'snapshot' | 'columns' | 'limits'>;

/** A partition that both snapshots have; `models`: inputs of `score`, none where nobody answers. */
export type PairedPartition = {
  readonly reference: PartitionRef;
  readonly current: PartitionRef;
  readonly models: readonly InputRef[];
  readonly weights: readonly number[];
};

export type SnapshotPair = {
  readonly reference: Rows;
  /** With the columns that models read. */
  readonly current: Rows;
  readonly partitions: readonly PairedPartition[];
  /** As of `drift`. */
  readonly target?: string;
  /** Null: only columns are compared. */
  readonly scoring: DriftArgs['scoring'];
  /** Where the distributions of the reference lie meanwhile: a folder that the engine's machines can read. */
  readonly scratchFolder: string;
};

/**
 * How each partition of one snapshot differs from the same one of another, in any order, by place in `partitions`: two
 * grouped maps, the first of which takes down what the second compares with. No more than a partition is in memory at once.
 */
export async function* compareSnapshots(
  engine: Engine,
  pair: SnapshotPair,
  signal: AbortSignal,
): AsyncGenerator<Outcome<DriftFacts>> {
  const path = join(pair.scratchFolder, `distributions-${randomUUID()}`);
  const file = await open(path, 'wx', 0o600);
  try {
    const written = await writeDistributions(engine, pair, { file, path, signal });
    for (const outcome of written.failed) yield outcome;
    const places = [...written.inputs.keys()].sort((a, b) => a - b);
    const compared = pair.reference.columns;
    const tasks = places.map((place) => {
      const { current, models, weights } = pair.partitions[place] as PairedPartition;
      const inputs = [written.inputs.get(place) as InputRef, ...models];
      return { partition: current, part: { weights }, inputs };
    });
    const { scoring, target } = pair;
    const args = { compared, scoring, ...(target !== undefined && { target }) };
    const job = createJob(pair.current, { name: 'drift', args, tasks });
    for await (const outcome of mapJob(engine, job, signal))
      yield { ...outcome, task: places[outcome.task] as number };
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

type Written = {
  /** By place. */
  readonly inputs: ReadonlyMap<number, InputRef>;
  readonly failed: readonly Outcome<DriftFacts>[];
};

async function writeDistributions(
  engine: Engine,
  { reference, partitions, scoring }: SnapshotPair,
  to: { readonly file: FileHandle; readonly path: string; readonly signal: AbortSignal },
): Promise<Written> {
  const inputs = new Map<number, InputRef>();
  const failed: Outcome<DriftFacts>[] = [];
  let offset = 0;
  const tasks = partitions.map((one) => ({ partition: one.reference }));
  const job = createJob(reference, {
    name: 'distribution',
    args: { marks: scoring !== null },
    tasks,
  });
  for await (const outcome of mapJob(engine, job, to.signal)) {
    if (outcome.kind === 'failed') {
      failed.push(outcome);
      continue;
    }
    const bytes = outcome.blobs.get(DISTRIBUTION) ?? new Uint8Array();
    await to.file.appendFile(bytes);
    inputs.set(outcome.task, { name: DISTRIBUTION, path: to.path, offset, length: bytes.length });
    offset += bytes.length;
  }
  return { inputs, failed };
}

/** A partition that both sides have. */
export type Pair = { readonly reference: SnapshotPartition; readonly current: SnapshotPartition };

export type Pairs = {
  readonly both: readonly Pair[];
  readonly gone: readonly SnapshotPartition[];
  readonly fresh: readonly SnapshotPartition[];
};

export function pairPartitions(
  reference: readonly SnapshotPartition[],
  current: readonly SnapshotPartition[],
): Pairs {
  const before = new Map(reference.map((partition) => [partition.id, partition]));
  const now = new Set(current.map(({ id }) => id));
  return {
    both: current.flatMap((partition) => {
      const found = before.get(partition.id);
      return found === undefined ? [] : [{ reference: found, current: partition }];
    }),
    gone: reference.filter(({ id }) => !now.has(id)),
    fresh: current.filter(({ id }) => !before.has(id)),
  };
}
