import type { Socket } from 'node:net';
import { Failure } from '../../../domain/failure.ts';
import { StructReader } from '../../../frame/arrow-structs.ts';
import { decodeCommand, EVAL_TYPES, type GroupCommand, leadingColumns } from '../command.ts';
import { executorErrorText } from '../executor-error.ts';
import type { WorkerEnvironment } from './environment.ts';
import { type ArrivingGroup, arrivingGroups } from './group-input.ts';
import { OutcomeWriter } from './outcome-writer.ts';
import { OutputStream } from './output-stream.ts';
import { applyToRows } from './row-functions.ts';
import { isSince, readTaskHead, type TaskHead } from './task-head.ts';
import type { TaskProcess, TaskRows } from './task-process.ts';
import { ConnectionGone, int, long, readInt, type SocketReader, send, text } from './wire.ts';

const END_OF_DATA = -1;
const ERROR = -2;
const TIMES = -3;
const END_OF_STREAM = -4;

export type Connection = { readonly socket: Socket; readonly reader: SocketReader };

/** Serves a connection until Spark has no more tasks for it, or one has gone wrong. */
export async function serveTasks(
  connection: Connection,
  environment: WorkerEnvironment,
  tasks: TaskProcess,
): Promise<void> {
  for (;;) {
    const isOver = await serveTask(connection, environment, tasks);
    if (isOver) return;
  }
}

/** One Spark task, many groups. True when the connection is of no use any more: where it stands is not known. */
async function serveTask(
  { socket, reader }: Connection,
  environment: WorkerEnvironment,
  tasks: TaskProcess,
): Promise<boolean> {
  const output = new OutputStream(socket);
  let head: TaskHead | undefined;
  try {
    const first = await readInt(reader);
    const bootedAt = Date.now();
    head = await readTaskHead(first, reader, environment.sparkInPath);
    const startedAt = Date.now();
    await runCommand(head, reader, output, tasks);
    await output.end();
    await send(socket, timesOf(head, bootedAt, startedAt), int(END_OF_DATA), int(0));
    const isReused = (await readInt(reader)) === END_OF_STREAM && environment.isReused;
    await send(socket, int(isReused ? END_OF_STREAM : END_OF_DATA));
    return !isReused;
  } catch (error) {
    if (error instanceof ConnectionGone) return true;
    await tellError(socket, output, executorErrorText(error, head));
    return true;
  }
}

async function runCommand(
  head: TaskHead,
  reader: SocketReader,
  output: OutputStream,
  tasks: TaskProcess,
): Promise<void> {
  const command = decodeCommand(head.command);
  if (command.spark !== head.spark)
    throw new Failure(
      'unsupported',
      `The command is for Spark ${command.spark}, its envelope for Spark ${head.spark}.`,
    );
  if (head.evalType !== EVAL_TYPES[command.mode])
    throw new Failure(
      'unsupported',
      `The plan calls the function as eval type ${head.evalType}; mode ${command.mode} is ${EVAL_TYPES[command.mode]}.`,
    );
  if (command.mode === 'map') return applyToRows(command, reader, output);
  return runGroups(head, command, reader, output, tasks);
}

async function runGroups(
  head: TaskHead,
  command: GroupCommand,
  reader: SocketReader,
  output: OutputStream,
  tasks: TaskProcess,
): Promise<void> {
  const { key, places } = columnPlaces(head, command);
  const job = { filesFolder: head.filesFolder, places, command: head.command };
  const outcomes = new OutcomeWriter(output);
  for await (const group of arrivingGroups(reader, head.spark))
    await outcomes.add(await tasks.run(job, await taskRows(group, key, command)));
  await outcomes.flush();
}

/** Where the key and the columns stand among those that Spark sends. */
function columnPlaces(
  { args }: TaskHead,
  command: GroupCommand,
): { readonly key: number; readonly places: readonly number[] } {
  const [, keyCount, key] = args;
  const places = args.slice(2 + (keyCount ?? 0));
  const wanted = leadingColumns(command).length + command.columns.length;
  if (keyCount !== 1 || key === undefined || places.length !== wanted)
    throw new Failure(
      'invalid-data',
      `The plan groups by ${keyCount} columns and passes ${places.length}; the command wants 1 and ${wanted}.`,
    );
  return { key, places };
}

/** Says whose rows these are, by the key in the first of them. */
async function taskRows(
  { schema, batches }: ArrivingGroup,
  key: number,
  { tasks }: GroupCommand,
): Promise<TaskRows> {
  const iterator = batches[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) throw new RangeError('Spark sent a group without rows.');
  const task: unknown = new StructReader(schema).columns(first.value).columns[key]?.values[0];
  if (typeof task !== 'number' || tasks[task] === undefined)
    throw new Failure('invalid-data', `There is no task ${String(task)} of ${tasks.length}.`);
  const rest = { [Symbol.asyncIterator]: () => iterator };
  return {
    task,
    schema,
    batches: (async function* () {
      yield first.value;
      yield* rest;
    })(),
  };
}

/** Milliseconds since 1970 of start, readiness and end; no bytes spilled. */
function timesOf({ spark }: TaskHead, bootedAt: number, startedAt: number): Buffer {
  const endedAt = Date.now();
  const processing = isSince(spark, '4.2') ? [long(endedAt - startedAt)] : [];
  return Buffer.concat([
    int(TIMES),
    long(bootedAt),
    long(startedAt),
    long(endedAt),
    ...processing,
    long(0),
    long(0),
  ]);
}

/** What was begun is ended first: Spark would read the error as rows. */
async function tellError(socket: Socket, output: OutputStream, message: string): Promise<void> {
  try {
    await output.end();
    await send(socket, int(ERROR), text(message));
  } catch (error) {
    if (!(error instanceof ConnectionGone)) throw error;
  }
}
