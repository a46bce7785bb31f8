import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { isFailure } from '../../../domain/failure.ts';
import { ArrowRows } from '../../../frame/arrow-rows.ts';
import { StructReader } from '../../../frame/arrow-structs.ts';
import type { Outcome, PartitionTask } from '../../engine.ts';
import { failedResult } from '../../thread/failed-result.ts';
import { readFolds } from '../../thread/task-inputs.ts';
import { TaskThread } from '../../thread/task-thread.ts';
import type { LoadedPartition } from '../../thread/thread-task.ts';
import { decodeCommand, type GroupCommand, TASK_COLUMNS } from '../command.ts';
import { type ArrivingGroup, arrivingStream } from './group-input.ts';
import { JOB_FOLLOWS, type TaskJob, type TaskReport } from './task-messages.ts';
import { readBlob, readInt, readText, SocketReader } from './wire.ts';

/**
 * The entry point of a task process: it puts a partition's rows together and runs the function on a thread with its
 * limits. Apart from the worker, which outlives it and tells Spark what became of the partition.
 */
type Job = TaskJob & { readonly command: GroupCommand };

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
    const kind = await readInt(reader);
    if (kind === JOB_FOLLOWS) {
      const told = JSON.parse(await readText(reader)) as TaskJob;
      job = { ...told, command: decodeCommand(await readBlob(reader)) as GroupCommand };
    } else {
      const index = await readInt(reader);
      report(await runTask(job as Job, index, await arrivingStream(reader)));
    }
  }
}

async function runTask(
  { command, filesFolder, places }: Job,
  index: number,
  group: ArrivingGroup,
): Promise<TaskReport> {
  const task = command.tasks[index] as PartitionTask;
  let loaded: LoadedPartition;
  try {
    loaded = await loadPartition(command, places, task, group);
  } catch (error) {
    for await (const _ of group.batches);
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

async function loadPartition(
  { columns, rowHashes: hasHashes, folds }: GroupCommand,
  places: readonly number[],
  { partition }: PartitionTask,
  { schema, batches }: ArrivingGroup,
): Promise<LoadedPartition> {
  const rows = new ArrowRows(columns, partition.ranges, hasHashes);
  const structs = new StructReader(schema);
  const afterKey = places.slice(TASK_COLUMNS.findIndex(({ name }) => name === '__row'));
  for await (const batch of batches) {
    const { columns: found } = structs.columns(batch);
    rows.take(afterKey.map((place) => found[place] as (typeof found)[number]));
  }
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
