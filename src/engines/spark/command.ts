import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredColumn } from '../../frame/snapshot-layout.ts';
import type { PackTarget } from '../../stores/objects/pack-target.ts';
import type { FoldsRef, FunctionRef, Limits, PartitionTask } from '../engine.ts';
import { type PackedTasks, packTasks, unpackTasks } from './packed-tasks.ts';

/** Changes when an older worker could not run what a newer client sends, or the other way round. */
const FORMAT = 4;

/** The minor versions of Spark whose worker protocol is spoken. */
export const SPARK_VERSIONS = ['4.0', '4.1', '4.2', '4.3'] as const;
export type SparkVersion = (typeof SPARK_VERSIONS)[number];

/** Spark's code of a function from Arrow batches to Arrow batches (`PythonEvalType`). */
export const MAP_IN_ARROW = 207;

/** A column as a worker sees it: frames know three kinds. */
export type InputColumn = Pick<StoredColumn, 'name' | 'kind'>;

/**
 * What an executor has to do: the content of `PythonUDF.command`. A user's module is named by the file of its artifact
 * (`files/NAME` in the session), everything else by paths that executors can read.
 *
 * - `group`: rows in, sorted by the first column; those of one task stand together and give one outcome
 *   (`OUTCOME_COLUMNS`). Input columns, by position: `PLACE_COLUMN`, `HASH_COLUMNS` where the function reads them, then
 *   `columns`. A task without rows has one row, whose number is `NO_ROW`.
 * - `map`: batches in, batches out. Input columns: `columns`, by position.
 */
export type Command = GroupCommand | MapCommand;

export type GroupCommand = {
  readonly mode: 'group';
  /** Of the cluster, as the client learned it; the worker compares it with what it meets on the wire. */
  readonly spark: SparkVersion;
  readonly fn: FunctionRef;
  readonly columns: readonly InputColumn[];
  readonly rowHashes: boolean;
  readonly tasks: readonly PartitionTask[];
  readonly folds?: FoldsRef;
  readonly limits: Limits;
  /** Where blobs are to go; left out: back with the outcomes. */
  readonly packs?: PackTarget;
};

export type MapCommand = {
  readonly mode: 'map';
  readonly spark: SparkVersion;
  readonly fn: FunctionRef;
  readonly columns: readonly InputColumn[];
};

/**
 * Where a row belongs: index into `tasks` × 2^32 + row number in the snapshot. Spark sorts by one whole number alone
 * without looking at the rows (radix sort); by two it compares them one with another. @public
 */
export const PLACE_COLUMN = { name: '__place', type: 'bigint' } as const;

/** The row number of the one row of a task without rows. @public */
export const NO_ROW = 2 ** 32 - 1;

/** @public */
export const HASH_COLUMNS = [
  /** Bytes 0–7 and 8–15 of the row hash, most significant first, as signed numbers. */
  { name: '__hash_high', type: 'bigint' },
  { name: '__hash_low', type: 'bigint' },
] as const;

/** What stands before the named columns of a row. */
export function leadingColumns({
  rowHashes,
}: Pick<GroupCommand, 'rowHashes'>): readonly { readonly name: string; readonly type: string }[] {
  return rowHashes ? [PLACE_COLUMN, ...HASH_COLUMNS] : [PLACE_COLUMN];
}

/** UTF-8 JSON, about 70 bytes a task and 6 more a range: it travels with every Spark task. */
export function encodeCommand(command: Command): Uint8Array {
  const content =
    command.mode === 'group' ? { ...command, tasks: packTasks(command.tasks) } : command;
  return Buffer.from(JSON.stringify({ partita: FORMAT, ...content }));
}

/** Throws `Failure('unsupported')` for another format, `Failure('invalid-data')` for what is no command. */
export function decodeCommand(bytes: Uint8Array): Command {
  const { partita, ...content } = parseObject(bytes);
  if (partita !== FORMAT)
    throw new Failure(
      'unsupported',
      `This worker runs commands of format ${FORMAT}, the client sent ${JSON.stringify(partita)}: client and executors need the same version of Partita.`,
    );
  // Written by `encodeCommand` of the same format: what is checked here tells a damaged one from a whole one.
  const command = content as unknown as PackedCommand;
  requireValue('spark', SPARK_VERSIONS.includes(command.spark));
  requireValue('fn', typeof command.fn?.name === 'string');
  requireValue('columns', Array.isArray(command.columns));
  requireValue('mode', command.mode === 'group' || command.mode === 'map');
  return command.mode === 'group' ? { ...command, tasks: unpackTasks(command.tasks) } : command;
}

type PackedCommand = MapCommand | (Omit<GroupCommand, 'tasks'> & { readonly tasks: PackedTasks });

function requireValue(name: string, isRight: boolean): void {
  if (isRight) return;
  const message = `The command for the executors is wrong at "${name}"; it was cut or changed on its way.`;
  throw new Failure('invalid-data', message);
}

function parseObject(bytes: Uint8Array): JsonObject {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as JsonObject;
  } catch {
    // Told below: a command of PySpark is pickled bytes.
  }
  throw new Failure(
    'invalid-data',
    `The session runs Partita in place of Python, but was sent ${bytes.length} bytes that are no command of Partita; Python functions need a session of their own.`,
  );
}

/** What stands in `PythonUDF.python_ver`: readable on the wire before anything that depends on Spark's version. */
export function wireVersion(spark: SparkVersion): string {
  return `partita-${FORMAT} spark=${spark}`;
}

/** The version of Spark that `wireVersion` names. Throws `Failure('unsupported')` on any other text. */
export function sparkOfWireVersion(text: string): SparkVersion {
  const named = /^partita-\d+ spark=(\S+)$/.exec(text)?.[1];
  const version = SPARK_VERSIONS.find((known) => known === named);
  if (version === undefined)
    throw new Failure(
      'unsupported',
      `The client asks for "${text}", but this worker speaks to Spark ${SPARK_VERSIONS.join(', ')}.`,
    );
  return version;
}
