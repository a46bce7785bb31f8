import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../domain/failure.ts';
import type { OnProgress, SnapshotLimits } from './snapshot-request.ts';
import {
  DISK_FULL,
  OVER_DISK,
  OVER_MEMORY,
  type SourceMessage,
  type SourceResults,
  type SourceTask,
} from './source-messages.ts';

/**
 * Does a task in a process of its own, which may use the memory and time of its limits. Rejects with a `Failure`,
 * `limit-exceeded` where a limit ended it, and with the signal's reason when aborted.
 */
export function runSourceTask<Kind extends SourceTask['kind']>(
  task: Extract<SourceTask, { readonly kind: Kind }>,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<SourceResults[Kind]> {
  const { limits } = task.request;
  const child = fork(entryPoint(), [], {
    execArgv: [`--max-old-space-size=${limits.memoryMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise<SourceResults[Kind]>((resolve, reject) => {
    let result: SourceResults[Kind] | undefined;
    let failure: unknown;
    const end = (reason: unknown): void => {
      failure ??= reason;
      child.kill('SIGKILL');
    };
    const abort = (): void => end(signal.reason);
    const timer = setTimeout(() => end(tooSlow(limits.seconds)), limits.seconds * 1000);
    signal.addEventListener('abort', abort, { once: true });
    child.on('error', end);
    child.on('message', (message: SourceMessage) => {
      switch (message.kind) {
        case 'progress':
          onProgress(message.progress);
          break;
        case 'done':
          result = message.result as SourceResults[Kind];
          break;
        case 'failed':
          failure ??= message.failure
            ? new Failure(message.failure, message.message)
            : Object.assign(new Error(message.message), { stack: message.stack });
          break;
      }
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      if (result !== undefined) resolve(result);
      else reject(failure ?? endedBy(limits, code, killedBy));
    });
    child.send(task satisfies SourceTask, (error) => error && end(error));
  });
}

/** A process that is killed can't clean up: whatever it writes goes into a folder of its own, and away with it. */
export async function withOwnFolder<Result>(
  parent: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'taking-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function entryPoint(): string {
  const file = 'source-process-main.js';
  const folder = import.meta.url.endsWith('.js') ? './' : '../../dist/src/sources/';
  return fileURLToPath(new URL(`${folder}${file}`, import.meta.url));
}

function endedBy(
  { memoryMb, diskMb }: SnapshotLimits,
  code: number | null,
  killedBy: string | null,
): Failure {
  if (code === OVER_MEMORY) return tooBig(`took more than ${memoryMb} MB of memory`);
  if (code === OVER_DISK) return tooBig(`took more than ${diskMb} MB of disk`);
  if (code === DISK_FULL) return tooBig('would have filled the disk of the `.partita` folder');
  return died(code, killedBy);
}

function tooBig(what: string): Failure {
  return new Failure(
    'limit-exceeded',
    `Reading the source ${what}: it holds more than it declares, or its rows are very wide; read less, by a query or fewer columns.`,
  );
}

function tooSlow(seconds: number): Failure {
  return new Failure(
    'limit-exceeded',
    `Reading the source took more than ${seconds} seconds: read less.`,
  );
}

function died(code: number | null, killedBy: string | null): Failure {
  return new Failure(
    'limit-exceeded',
    `The process that read the source died (${killedBy ?? `exit code ${code}`}): the source is damaged, or larger than this machine's memory.`,
  );
}
