import type { Socket } from 'node:net';
import { Failure } from '../../../domain/failure.ts';
import { decodeCommand, type GroupCommand, leadingColumns, MAP_IN_ARROW } from '../command.ts';
import { executorErrorText } from '../executor-error.ts';
import type { WorkerEnvironment } from './environment.ts';
import { arrivingGroups, arrivingStream } from './group-input.ts';
import { LeftPacks } from './left-packs.ts';
import { OutcomeWriter } from './outcome-writer.ts';
import { OutputStream } from './output-stream.ts';
import { applyToRows } from './row-functions.ts';
import { isSince, readTaskHead, type TaskHead } from './task-head.ts';
import type { TaskProcess } from './task-process.ts';
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

/** One Spark task: rows of many groups. True when the connection is of no use any more: where it stands is not known. */
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
  if (head.evalType !== MAP_IN_ARROW)
    throw new Failure(
      'unsupported',
      `The plan calls the function as eval type ${head.evalType}, not ${MAP_IN_ARROW} (map in Arrow).`,
    );
  if (command.mode === 'map') return applyToRows(command, reader, output);
  return runGroups(head, command, reader, output, tasks);
}

async function runGroups(
  { filesFolder, command: bytes }: TaskHead,
  command: GroupCommand,
  reader: SocketReader,
  output: OutputStream,
  tasks: TaskProcess,
): Promise<void> {
  const { schema, batches } = await arrivingStream(reader);
  const job = { filesFolder, command: bytes, schema };
  const columnCount = leadingColumns(command).length + command.columns.length;
  const outcomes = new OutcomeWriter(output, new LeftPacks(command.packs));
  for await (const group of arrivingGroups(schema, batches, columnCount)) {
    const { task } = group;
    if (command.tasks[task] === undefined)
      throw new Failure('invalid-data', `There is no task ${task} of ${command.tasks.length}.`);
    await outcomes.add(await tasks.run(job, group));
  }
  await outcomes.flush();
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
