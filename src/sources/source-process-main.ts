/** Entry of the process that reads one source and ends. */
import { type Dirent, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isFailure } from '../domain/failure.ts';
import { makeSnapshot } from './make-snapshot.ts';
import { makePreview } from './preview.ts';
import type { SnapshotLimits, SnapshotProgress } from './snapshot-request.ts';
import {
  DISK_FULL,
  OVER_DISK,
  OVER_MEMORY,
  type SourceMessage,
  type SourceTask,
} from './source-messages.ts';

/** Between two looks at memory and disk: a reader fills about half a gigabyte in that time. */
const WATCH_MS = 100;
/** Of the disk, for everyone else. */
const LEFT_FREE_MB = 512;
const MB = 1024 * 1024;
const PROGRESS_MS = 250;

process.once('message', (task: SourceTask) => void serve(task));
// Without the one who asked, nobody waits for the answer.
process.once('disconnect', () => process.exit(0));

async function serve(task: SourceTask): Promise<void> {
  const { request } = task;
  watch(request.limits, 'outputFolder' in request ? request.outputFolder : request.scratchFolder);
  try {
    tell({ kind: 'done', result: await doTask(task) });
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: 'failed', failure: isFailure(error) ? error.kind : null, message, stack });
  }
}

function doTask(task: SourceTask) {
  const { signal } = new AbortController();
  switch (task.kind) {
    case 'snapshot':
      return makeSnapshot(task.request, signal, throttled());
    case 'preview':
      return makePreview(task.request, signal);
  }
}

/** V8's limit knows nothing of what DuckDB and buffers hold; the resident size does. `folder`: all that we write. */
function watch({ memoryMb, diskMb }: SnapshotLimits, folder: string): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > memoryMb * MB) process.exit(OVER_MEMORY);
    if (bytesIn(folder) > diskMb * MB) process.exit(OVER_DISK);
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < LEFT_FREE_MB * MB) process.exit(DISK_FULL);
  }, WATCH_MS).unref();
}

function bytesIn(folder: string): number {
  let bytes = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesIn(path);
    else bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Folders come and go while they are looked at. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function tell(message: SourceMessage): void {
  process.send?.(message, undefined, undefined, () => process.exit(0));
}

/** The first news of a step at once, more of it now and then. */
function throttled(): (progress: SnapshotProgress) => void {
  let last = { step: '', at: 0 };
  return (progress) => {
    const at = performance.now();
    if (progress.step === last.step && at - last.at < PROGRESS_MS) return;
    last = { step: progress.step, at };
    process.send?.({ kind: 'progress', progress } satisfies SourceMessage);
  };
}
