import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { digestJson, partitionId } from '../frame/digest.ts';
import { type Database, openDatabase } from '../frame/duckdb.ts';
import { digestSnapshot } from '../frame/row-hash.ts';
import { checkColumnsExist, checkFeaturesLeft } from './check-columns.ts';
import { findWarnings } from './data-warnings.ts';
import { checkKeyPresent, type Division, divideRows } from './divide-rows.ts';
import { checkRowCount, digestPartitions, hashSourceRows } from './hash-source-rows.ts';
import { loadSource } from './load-source.ts';
import { type PlannedColumn, planColumns } from './plan-columns.ts';
import { planScoring } from './plan-scoring.ts';
import { RAW, type RawTable } from './raw-table.ts';
import { isOutOfMemory, outOfMemory } from './read-failure.ts';
import { isLeftOut } from './scored-columns.ts';
import type { Snapshot, SnapshotColumn, SnapshotPartition } from './snapshot.ts';
import type { OnProgress, SnapshotRequest } from './snapshot-request.ts';
import { timeCutoffs } from './time-cutoffs.ts';
import { writeSnapshotFile } from './write-snapshot.ts';

export type { SnapshotRequest } from './snapshot-request.ts';

/** Share of the memory limit that DuckDB may use; the rest is the process around it. */
const DATABASE_SHARE = 0.55;

export type MadeSnapshot = { readonly snapshot: Snapshot; readonly parquetPath: string };

type Making = {
  readonly request: SnapshotRequest;
  readonly database: Database;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly scratchFolder: string;
};

/**
 * Reads a source once and writes the snapshot of it as one Parquet file in `outputFolder`. Throws a `Failure` of kind
 * `invalid-data`, `limit-exceeded` or `unreachable` for what is wrong with the data, and the signal's reason when
 * aborted; then nothing is left behind. Sorting and joining spill to disk, hashing streams.
 */
export async function makeSnapshot(
  request: SnapshotRequest,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<MadeSnapshot> {
  signal.throwIfAborted();
  await mkdir(request.outputFolder, { recursive: true });
  const scratchFolder = await mkdtemp(join(request.outputFolder, 'reading-'));
  const database = await openDatabase({
    path: join(scratchFolder, 'tables.duckdb'),
    spillFolder: join(scratchFolder, 'spill'),
    memoryMb: Math.floor(request.limits.memoryMb * DATABASE_SHARE),
    threads: request.limits.threads,
  });
  const interrupt = (): void => database.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  const parquetPath = join(request.outputFolder, `snapshot-${randomUUID()}.parquet`);
  try {
    const making = { request, database, signal, onProgress, scratchFolder };
    return { snapshot: await make(making, parquetPath), parquetPath };
  } catch (error) {
    await rm(parquetPath, { force: true });
    signal.throwIfAborted();
    throw isOutOfMemory(error) ? outOfMemory(error) : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    database.close();
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

/** Columns, partitions and what else is known before any row is hashed. */
type Plan = Pick<Snapshot, 'rowCount' | 'cutoffs' | 'warnings'> & {
  readonly planned: readonly PlannedColumn[];
  readonly division: Division;
};

async function make(making: Making, parquetPath: string): Promise<Snapshot> {
  const { request, database, signal, onProgress } = making;
  const { spec, trained } = request;
  const raw = await load(making);
  const { planned, division, rowCount, cutoffs, warnings } =
    trained === undefined
      ? await planToTrain(making, raw)
      : await planToScore(making, raw, trained);
  signal.throwIfAborted();
  await hashSourceRows(database, planned, division, { signal, onProgress });
  const partitions = await describePartitions(database, division, spec.partition.by);
  signal.throwIfAborted();
  onProgress({ step: 'writing', rows: rowCount });
  await writeSnapshotFile(database, planned, { path: parquetPath, time: spec.time });
  const schemaDigest = digestSchema(planned);
  return {
    digest: digestSnapshot(schemaDigest, partitions),
    schemaDigest,
    columns: planned.map((column) => describeColumn(column, division)),
    rowCount,
    partitions,
    excluded: {},
    source: { kind: spec.data.source.kind, location: raw.location },
    cutoffs,
    warnings,
  };
}

async function planToTrain(
  { request, database, onProgress }: Making,
  raw: RawTable,
): Promise<Plan> {
  const { spec } = request;
  const names = raw.columns.map(({ name }) => name);
  checkColumnsExist(spec, [...names, ...raw.leftOut.map(({ name }) => name)]);
  checkFeaturesLeft(spec, names);
  const rowCount = await countRows(database, 2);
  onProgress({ step: 'typing', rows: rowCount });
  const planned = await planColumns(database, raw.columns, spec);
  const division = await divideRows(database, planned, spec.partition, rowCount);
  checkKeyPresent(division, spec.partition.by);
  const cutoffs = await timeCutoffs(database, planned, spec);
  const leftOut = raw.leftOut.map(({ name, type }) => `Column \`${name}\` (${type}) is not kept.`);
  const warnings = [...leftOut, ...(await findWarnings(database, planned, spec, rowCount))];
  if (spec.strict && warnings.length > 0)
    throw new Failure('invalid-data', `\`strict\` lets no warning pass: ${warnings.join(' ')}`);
  return { planned, division, rowCount, cutoffs, warnings };
}

async function planToScore(
  { request, database, onProgress }: Making,
  raw: RawTable,
  trained: readonly SnapshotColumn[],
): Promise<Plan> {
  const { spec } = request;
  const rowCount = await countRows(database, 1);
  onProgress({ step: 'typing', rows: rowCount });
  const planned = await planScoring(database, raw.columns, spec, trained);
  const division = await divideRows(database, planned, spec.partition, rowCount);
  return { planned, division, rowCount, cutoffs: [], warnings: [] };
}

function load({ request, database, signal, onProgress, scratchFolder }: Making): Promise<RawTable> {
  const { spec, trained } = request;
  return loadSource(spec.data.source, {
    database,
    baseFolder: request.baseFolder,
    scratchFolder,
    sourceUrl: request.sourceUrl,
    nullValues: spec.data.null_values,
    maxCells: spec.limits.source_cells,
    isDropped: (column) =>
      trained === undefined ? spec.columns.drop.includes(column) : isLeftOut(spec, trained, column),
    signal,
    onProgress,
  });
}

/** Throws `Failure('invalid-data')` below `least` rows: 2 where there is something to compare. */
async function countRows(database: Database, least: 1 | 2): Promise<number> {
  const rowCount = await database.count(`SELECT count(*) FROM ${RAW}`);
  if (rowCount === 0) throw new Failure('invalid-data', 'The source has columns, but no rows.');
  if (rowCount < least)
    throw new Failure(
      'invalid-data',
      'The source has one row: at least two are needed to learn and to test.',
    );
  checkRowCount(rowCount);
  return rowCount;
}

async function describePartitions(
  database: Database,
  { keys }: Division,
  by: readonly string[],
): Promise<readonly SnapshotPartition[]> {
  const digests = await digestPartitions(database, keys.length);
  let start = 0;
  return keys.map(({ text, values }, ordinal) => {
    const { digest, rows: count } = digests[ordinal] as (typeof digests)[number];
    start += count;
    const key = Object.fromEntries(by.map((name, i) => [name, values[i] ?? null]));
    return { ordinal, id: partitionId(text), text, key, digest, start: start - count, count };
  });
}

function describeColumn(
  { name, kind, sourceType, holds, note, unit }: PlannedColumn,
  division: Division,
): SnapshotColumn {
  const edges = division.edges.get(name);
  return {
    name,
    kind,
    sourceType,
    holds,
    ...(note === undefined ? {} : { note }),
    ...(unit === undefined ? {} : { unit }),
    ...(edges === undefined ? {} : { edges }),
  };
}

/** Names and kinds: the same table from another kind of file has the same schema. */
function digestSchema(planned: readonly PlannedColumn[]): Snapshot['schemaDigest'] {
  return digestJson(planned.map(({ name, kind }) => [name, kind]));
}
