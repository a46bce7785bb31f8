import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { isFailure } from '../../../domain/failure.ts';
import type { ArrowMessage } from '../../../frame/arrow-message.ts';
import { ArrowRows } from '../../../frame/arrow-rows.ts';
import { type BatchColumn, StructReader, sliceColumns } from '../../../frame/arrow-structs.ts';
import type { Outcome, PartitionTask } from '../../engine.ts';
import { failedResult } from '../../thread/failed-result.ts';
import { readFolds } from '../../thread/task-inputs.ts';
import { TaskThread } from '../../thread/task-thread.ts';
import type { LoadedPartition } from '../../thread/thread-task.ts';
import { decodeCommand, type GroupCommand } from '../command.ts';
import {
  BATCH_FOLLOWS,
  JOB_FOLLOWS,
  ROWS_END,
  ROWS_FOLLOW,
  type TaskReport,
} from './task-messages.ts';
import { readArrowMessage, readBlob, readInt, readText, SocketReader } from './wire.ts';

/**
 * The entry point of a task process: it puts a partition's rows together and runs the function on a thread with its
 * limits. Apart from the worker, which outlives it and tells Spark what became of the partition.
 */
type Job = {
  readonly filesFolder: string;
  readonly command: GroupCommand;
  readonly structs: StructReader;
  /** Those of the batch that rows are taken from. */
  columns: readonly BatchColumn[];
  /** False once the rows of the present task have all been read. */
  hasMore: boolean;
};

/** Columns of some rows of one task. */
type Rows = readonly BatchColumn[];

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);

/** From here on the bytes that rows arrive in are many megabytes, and collecting them costs nothing beside the rest. */
const LARGE_ROWS = 100_000;
const THREAD_ENTRY = join(dirname(process.argv[1] as string), 'task-thread.cjs');
const reader = new SocketReader(new Socket({ fd: 3 }));
let thread: TaskThread | undefined;
let job: Job | undefined;

void runTasks();

/** Until the worker is gone, which ends this process. */
async function runTasks(): Promise<never> {
  for (;;) {
    if ((await readInt(reader)) === JOB_FOLLOWS) job = await readJob();
    else report(await runTask(job as Job, await readInt(reader)));
  }
}

async function readJob(): Promise<Job> {
  const filesFolder = await readText(reader);
  const command = decodeCommand(await readBlob(reader)) as GroupCommand;
  const schema = (await readArrowMessage(reader)) as ArrowMessage;
  return { filesFolder, command, structs: new StructReader(schema), columns: [], hasMore: false };
}

/** The next rows of the present task, `undefined` after the last. */
async function nextRows(of: Job): Promise<Rows | undefined> {
  for (;;) {
    const kind = await readInt(reader);
    if (kind === BATCH_FOLLOWS)
      of.columns = of.structs.columns((await readArrowMessage(reader)) as ArrowMessage).columns;
    if (kind === ROWS_FOLLOW) {
      const from = await readInt(reader);
      const count = await readInt(reader);
      return sliceColumns(of.columns, from, count);
    }
    of.hasMore = kind !== ROWS_END;
    if (!of.hasMore) return undefined;
  }
}

async function runTask(of: Job, index: number): Promise<TaskReport> {
  const { command, filesFolder } = of;
  const task = command.tasks[index] as PartitionTask;
  let loaded: LoadedPartition;
  of.hasMore = true;
  try {
    loaded = await loadPartition(of, task);
  } catch (error) {
    while (of.hasMore) await nextRows(of);
    const result = failedResult(error);
    if (result.reason === 'out_of_memory')
      return { kind: 'outcome', outcome: { task: index, ms: 0, log: '', ...result } };
    const message = `Partition "${task.partition.text}": ${result.stack ?? result.message}`;
    return { kind: 'broken', failure: isFailure(error) ? error.kind : null, message };
  }
  const { partition, part, inputs = [] } = task;
  const { fn, limits } = command;
  const call = {
    ...fn,
    ...(fn.module && { module: join(filesFolder, fn.module) }),
    args: { ...fn.args, ...part },
  };
  const { ms, log, result } = await threadFor(limits.heapMb ?? limits.memoryMb).run(
    { fn: call, partition, loaded, inputs, memoryMb: limits.memoryMb },
    limits.seconds,
  );
  if (result.kind === 'cancelled') throw new Error('Nobody cancels a task but with its process.');
  return { kind: 'outcome', outcome: { task: index, ms, log, ...result } satisfies Outcome };
}

async function loadPartition(of: Job, { partition }: PartitionTask): Promise<LoadedPartition> {
  const { columns, rowHashes: hasHashes, folds } = of.command;
  const rows = new ArrowRows(columns, partition.ranges, hasHashes);
  for (let some = await nextRows(of); some !== undefined; some = await nextRows(of))
    rows.take(some);
  const { frame, rowHashes } = rows.finish();
  // This thread idles from here on: what the batches came in would stay as long as the function runs.
  if (frame.rowCount > LARGE_ROWS) globalThis.gc?.();
  if (folds === undefined) return { frame, rowHashes };
  return { frame, rowHashes, folds: readFolds(folds, partition.ranges) };
}

/** The thread that waits, or another in its place when it is gone or has another limit. */
function threadFor(heapMb: number): TaskThread {
  if (thread?.isAlive && thread.heapMb === heapMb) return thread;
  void thread?.terminate();
  thread = new TaskThread(THREAD_ENTRY, heapMb);
  return thread;
}

function report(done: TaskReport): void {
  if (process.connected) process.send?.(done);
}
