import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../domain/failure.ts';
import { digestJson, partitionId } from '../../../frame/digest.ts';
import { digestSnapshot } from '../../../frame/row-hash.ts';
import { partitionRef } from '../../../partition/partition-function.ts';
import type { MadeSnapshot, SnapshotRequest } from '../../../sources/make-snapshot.ts';
import type { Snapshot, SnapshotPartition } from '../../../sources/snapshot.ts';
import type { Engine } from '../../engine.ts';
import { createJob, runJob } from '../../job.ts';
import { encodeCommand, MAP_IN_ARROW, type SparkVersion, wireVersion } from '../command.ts';
import { mapBatches, project, readFiles, structOf, writeParquet } from '../connect/plan.ts';
import { copySource } from './copy-source.ts';
import { divideTable, type PlacedKey } from './divide-table.ts';
import { type PlannedTable, planTable } from './plan-table.ts';
import { addedFields, PREPARE, type PrepareArgs } from './prepare-args.ts';
import { sourceFailure } from './source-failure.ts';
import type { SparkTables } from './spark-tables.ts';
import { tableCutoffs } from './table-cutoffs.ts';
import { writeSnapshotFolder } from './write-snapshot-folder.ts';

/** Digests are made of hashes alone; a group of them may be large. */
const DIGEST_LIMITS = { seconds: 86_400, memoryMb: 16_384, heapMb: 512 };

export type SnapshotSetting = {
  readonly tables: SparkTables;
  readonly spark: SparkVersion;
  readonly engine: Engine;
  /** Of a cluster that works on so many tasks at a time. */
  readonly cores: number;
};

/**
 * A snapshot of a table that is made on its cluster: rows are read once, typed, hashed, sorted and written by executors
 * into the folder that they share with us. One row for each partition comes here. Digests equal those of the same values
 * in a file that is read on one machine. Throws as `makeSnapshot` does; then nothing is left behind.
 */
export async function makeSparkSnapshot(
  setting: SnapshotSetting,
  request: SnapshotRequest,
  signal: AbortSignal,
): Promise<MadeSnapshot> {
  await mkdir(request.outputFolder, { recursive: true });
  const id = randomUUID();
  const scratch = join(request.outputFolder, `spark-${id}`);
  const path = join(request.outputFolder, `snapshot-${id}`);
  try {
    const snapshot = await make(setting, request, { scratch, path }, signal);
    return { snapshot, parquetPath: path };
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    signal.throwIfAborted();
    throw sourceFailure(error, request);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function make(
  setting: SnapshotSetting,
  request: SnapshotRequest,
  { scratch, path }: { readonly scratch: string; readonly path: string },
  signal: AbortSignal,
): Promise<Snapshot> {
  const { tables } = setting;
  const { spec } = request;
  const copy = await copySource(tables, request, join(scratch, 'raw'));
  const planned = await planTable(tables, copy, request);
  const prepared = join(scratch, 'prepared');
  await prepare(setting, copy.path, planned, prepared);
  const keys = await divideTable(tables, {
    spec,
    columns: planned.columns,
    rowCount: copy.rowCount,
    path: prepared,
  });
  const layout = await writeSnapshotFolder(setting, { prepared, path, planned, keys, spec });
  const cutoffs = await tableCutoffs(tables, { path, layout, spec });
  const partitions = await describePartitions(setting.engine, path, keys, signal);
  const schemaDigest = digestJson(planned.columns.map(({ name, kind }) => [name, kind]));
  return {
    digest: digestSnapshot(schemaDigest, partitions),
    schemaDigest,
    columns: planned.columns,
    rowCount: copy.rowCount,
    partitions,
    excluded: {},
    source: { kind: spec.data.source.kind, location: copy.location },
    cutoffs,
    warnings: planned.warnings,
  };
}

/** Typed and hashed rows, with their keys: what `prepare` makes of the raw copy. */
async function prepare(
  { tables, spark }: SnapshotSetting,
  rawPath: string,
  { columns, prepared, keys }: PlannedTable,
  target: string,
): Promise<void> {
  const args: PrepareArgs = {
    texts: prepared.flatMap(({ isWritten }, place) => (isWritten ? [place] : [])),
    keys,
  };
  const command = encodeCommand({
    mode: 'map',
    spark,
    fn: { name: PREPARE, args },
    columns: columns.map(({ name }, i) => ({ name, kind: prepared[i]?.kind ?? 'category' })),
  });
  const kept = prepared.flatMap(({ kind, isWritten }, place) =>
    isWritten ? [] : [{ name: `c${place}`, type: FIELD_TYPES[kind] }],
  );
  const input = project(
    readFiles('parquet', [rawPath]),
    prepared.map(({ value }) => value),
  );
  const rows = mapBatches(input, {
    name: 'partita_prepare',
    evalType: MAP_IN_ARROW,
    output: structOf([...kept, ...addedFields(args)]),
    command,
    version: wireVersion(spark),
    columns: prepared.map((_, place) => `p${place}`),
  });
  await tables.run(writeParquet(rows, target));
}

const FIELD_TYPES = { number: 'double', category: 'string', time: 'timestamp_ntz' } as const;

/** By our own partition function, inside the executors. */
async function describePartitions(
  engine: Engine,
  path: string,
  keys: readonly PlacedKey[],
  signal: AbortSignal,
): Promise<readonly SnapshotPartition[]> {
  const placed = keys.map(({ text, key, start, count }, ordinal) => {
    return { ordinal, id: partitionId(text), text, key, start, count };
  });
  const job = createJob(
    { snapshot: { digest: digestJson(path), path }, columns: [], limits: DIGEST_LIMITS },
    { name: 'digest', args: {}, tasks: placed.map((one) => ({ partition: partitionRef(one) })) },
  );
  const outcomes = await runJob(engine, job, signal);
  return placed.map((one) => {
    const outcome = outcomes[one.ordinal];
    if (outcome?.kind === 'ok') return { ...one, digest: outcome.facts.digest };
    throw new Failure(
      'invalid-data',
      `Partition "${one.text}" can't be hashed: ${outcome?.message}`,
    );
  });
}
