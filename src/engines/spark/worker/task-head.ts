import { Failure } from '../../../domain/failure.ts';
import { SPARK_VERSIONS, type SparkVersion, sparkOfWireVersion } from '../command.ts';
import {
  BytesReader,
  readBlob,
  readBoolean,
  readInt,
  readLong,
  readText,
  type WireSource,
} from './wire.ts';

/** What precedes the data of a Spark task. */
export type TaskHead = {
  readonly spark: SparkVersion;
  readonly stage: number;
  readonly partition: number;
  readonly attempt: number;
  /** Where the session's artifacts lie. */
  readonly filesFolder: string;
  readonly evalType: number;
  readonly command: Uint8Array;
};

/** Instead of the partition number, from 4.3: the head comes as one block. */
const BLOCK_FOLLOWS = -8;

/**
 * Reads the head that begins with `first`. The client's word for Spark's version stands before everything that depends
 * on it; `sparkInPath` and the shape of the head have to agree. Throws `Failure('unsupported')`.
 */
export async function readTaskHead(
  first: number,
  wire: WireSource,
  sparkInPath: string | null,
): Promise<TaskHead> {
  const isBlock = first === BLOCK_FOLLOWS;
  const source = isBlock ? new BytesReader(await readBlob(wire)) : wire;
  if (isBlock) await readInt(source);
  const spark = sparkOfWireVersion(await readText(source));
  if (sparkInPath !== null && sparkInPath !== spark) throw disagreement(spark, sparkInPath);
  if (isBlock !== isSince(spark, '4.3'))
    throw disagreement(spark, isBlock ? '4.3 or later' : 'earlier than 4.3');
  const context = isSince(spark, '4.2')
    ? await readJsonContext(source)
    : await readBinaryContext(source, spark);
  const filesFolder = await readText(source);
  await skipFiles(source);
  const evalType = await readInt(source);
  return { spark, ...context, filesFolder, evalType, ...(await readFunction(source, spark)) };
}

type TaskContext = Pick<TaskHead, 'stage' | 'partition' | 'attempt'>;

async function readJsonContext(source: WireSource): Promise<TaskContext> {
  const context = JSON.parse(await readText(source)) as {
    readonly stageId: number;
    readonly partitionId: number;
    readonly attemptNumber: number;
  };
  const { stageId: stage, partitionId: partition, attemptNumber: attempt } = context;
  return { stage, partition, attempt };
}

async function readBinaryContext(source: WireSource, spark: SparkVersion): Promise<TaskContext> {
  const isBarrier = await readBoolean(source);
  if (isBarrier || !isSince(spark, '4.1')) {
    await readInt(source);
    await readText(source);
  }
  const stage = await readInt(source);
  const partition = await readInt(source);
  const attempt = await readInt(source);
  await readLong(source);
  await readInt(source);
  await repeat(source, async () => {
    await readText(source);
    await readText(source);
    await repeat(source, () => readText(source));
  });
  await skipPairs(source);
  return { stage, partition, attempt };
}

/** Python files and broadcasts, of which we have none. */
async function skipFiles(source: WireSource): Promise<void> {
  await repeat(source, () => readText(source));
  if (await readBoolean(source))
    throw new Failure(
      'unsupported',
      'Spark encrypts its files (spark.io.encryption.enabled), which executors of Partita can not read.',
    );
  await repeat(source, async () => {
    if ((await readLong(source)) >= 0n) await readText(source);
  });
}

async function readFunction(
  source: WireSource,
  spark: SparkVersion,
): Promise<Pick<TaskHead, 'command'>> {
  await skipPairs(source);
  if (isSince(spark, '4.2')) await skipPairs(source);
  const isProfiled = !isSince(spark, '4.2') && (await readBoolean(source));
  if (isProfiled) await readText(source);
  await requireOne(source, 'functions');
  // Where the columns stand, in the one struct that they come in.
  await repeat(source, async () => {
    await readInt(source);
    if (isSince(spark, '4.2') && (await readBoolean(source))) await readText(source);
  });
  await requireOne(source, 'chained functions');
  const command = await readBlob(source);
  if (isProfiled || isSince(spark, '4.2')) await readLong(source);
  return { command };
}

async function requireOne(source: WireSource, what: string): Promise<void> {
  const count = await readInt(source);
  if (count !== 1) throw new Failure('unsupported', `Spark sent ${count} ${what}, not one.`);
}

async function skipPairs(source: WireSource): Promise<void> {
  await repeat(source, async () => {
    await readText(source);
    await readText(source);
  });
}

/** A count, then as many of what `read` reads. */
async function repeat<T>(source: WireSource, read: () => Promise<T>): Promise<readonly T[]> {
  const count = await readInt(source);
  const all: T[] = [];
  for (let i = 0; i < count; i++) all.push(await read());
  return all;
}

/** True for a version of Spark's that is as new. */
export function isSince(spark: SparkVersion, since: SparkVersion): boolean {
  return SPARK_VERSIONS.indexOf(spark) >= SPARK_VERSIONS.indexOf(since);
}

function disagreement(said: string, found: string): Failure {
  return new Failure(
    'unsupported',
    `The client takes the cluster for Spark ${said}, but this executor runs Spark ${found}; executors and driver need one version.`,
  );
}
