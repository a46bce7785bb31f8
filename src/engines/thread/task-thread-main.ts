import { parentPort } from 'node:worker_threads';
import { limitKernelMemory } from '../../kernels/kernels.ts';
import type { PartitionContext, PartitionData } from '../../partition/partition-function.ts';
import { failedResult } from './failed-result.ts';
import { runTask } from './run-task.ts';
import { readInputs } from './task-inputs.ts';
import { appendToThreadLog } from './thread-log.ts';
import type { TaskResult, ThreadReport, ThreadTask } from './thread-task.ts';

/** The entry point of a task thread: one task at a time, from its process and back. */
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

let log: SharedArrayBuffer | undefined;
// `console.log` of a partition function comes back to the user with the outcome.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk: string | Uint8Array) => {
    if (log !== undefined) appendToThreadLog(String(chunk), log);
    return true;
  };
}

port.on('message', (task: ThreadTask) => {
  log = task.log;
  limitKernelMemory(task.memoryMb);
  void execute(task).then(report);
});
port.postMessage('ready');

async function execute(task: ThreadTask): Promise<ThreadReport> {
  const startedAt = performance.now();
  let result: TaskResult;
  try {
    result = await runTask(task.fn, dataOf(task), contextOf(task));
  } catch (error) {
    result = failedResult(error);
  }
  return { ms: performance.now() - startedAt, result };
}

function dataOf({ partition, loaded, inputs }: ThreadTask): PartitionData {
  return { partition, ...loaded, inputs: readInputs(inputs) };
}

function contextOf({ stop, log: taskLog }: ThreadTask): PartitionContext {
  return { stop, log: (line) => appendToThreadLog(`${line}\n`, taskLog) };
}

function report(done: ThreadReport): void {
  try {
    port?.postMessage(done, ownedBuffers(done.result));
  } catch (error) {
    // A result that can't be copied between threads (a function among the facts) is its author's failure.
    port?.postMessage({ ms: done.ms, result: failedResult(error) } satisfies ThreadReport);
  }
}

/** Buffers that hold a blob and nothing else move instead of being copied. */
function ownedBuffers(result: TaskResult): ArrayBuffer[] {
  if (result.kind === 'failed') return [];
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer, byteLength } of result.blobs.values()) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer);
  }
  return [...buffers];
}
