import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../domain/failure.ts';
import type { MadeSnapshot } from './make-snapshot.ts';
import { OVER_MEMORY, type SnapshotMessage } from './snapshot-messages.ts';
import type { OnProgress, SnapshotRequest } from './snapshot-request.ts';

/**
 * `makeSnapshot` in a process of its own, which may use the memory and time of `request.limits`: a file that lies about
 * its size, or a crash in a reader, ends that process and nothing else. Rejects with a `Failure`, `limit-exceeded` where
 * a limit ended it, and with the signal's reason when aborted. Costs about 0.3 s for the process.
 */
export async function takeSnapshot(
  request: SnapshotRequest,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<MadeSnapshot> {
  signal.throwIfAborted();
  await mkdir(request.outputFolder, { recursive: true });
  // A process that is killed can't clean up: whatever it wrote goes away with its folder.
  const outputFolder = await mkdtemp(join(request.outputFolder, 'taking-'));
  try {
    const made = await runChild({ ...request, outputFolder }, signal, onProgress);
    const parquetPath = join(request.outputFolder, basename(made.parquetPath));
    await rename(made.parquetPath, parquetPath);
    return { ...made, parquetPath };
  } finally {
    await rm(outputFolder, { recursive: true, force: true });
  }
}

function runChild(
  request: SnapshotRequest,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<MadeSnapshot> {
  const { memoryMb, seconds } = request.limits;
  const child = fork(entryPoint(), [], {
    execArgv: [`--max-old-space-size=${memoryMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise<MadeSnapshot>((resolve, reject) => {
    let made: MadeSnapshot | undefined;
    let failure: unknown;
    const end = (reason: unknown): void => {
      failure ??= reason;
      child.kill('SIGKILL');
    };
    const abort = (): void => end(signal.reason);
    const timer = setTimeout(() => end(tooSlow(seconds)), seconds * 1000);
    signal.addEventListener('abort', abort, { once: true });
    child.on('error', end);
    child.on('message', (message: SnapshotMessage) => {
      switch (message.kind) {
        case 'progress':
          onProgress(message.progress);
          break;
        case 'made':
          made = message.made;
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
      if (made !== undefined) resolve(made);
      else reject(failure ?? (code === OVER_MEMORY ? tooBig(memoryMb) : died(code, killedBy)));
    });
    child.send(request satisfies SnapshotRequest, (error) => error && end(error));
  });
}

function entryPoint(): string {
  const file = 'snapshot-process-main.js';
  const folder = import.meta.url.endsWith('.js') ? './' : '../../dist/src/sources/';
  return fileURLToPath(new URL(`${folder}${file}`, import.meta.url));
}

function tooBig(memoryMb: number): Failure {
  return new Failure(
    'limit-exceeded',
    `Reading the source took more than ${memoryMb} MB of memory: it holds more than it declares, or its rows are very wide; read less, by a query or fewer columns.`,
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
