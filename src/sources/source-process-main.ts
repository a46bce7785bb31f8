/** Entry of the process that reads one source and ends. */
import { isFailure } from '../domain/failure.ts';
import { makeSnapshot } from './make-snapshot.ts';
import { makePreview } from './preview.ts';
import type { SnapshotProgress } from './snapshot-request.ts';
import { OVER_MEMORY, type SourceMessage, type SourceTask } from './source-messages.ts';

/** Between two looks at the memory: a reader fills about half a gigabyte in that time. */
const WATCH_MS = 100;
const PROGRESS_MS = 250;

process.once('message', (task: SourceTask) => void serve(task));
// Without the one who asked, nobody waits for the answer.
process.once('disconnect', () => process.exit(0));

async function serve(task: SourceTask): Promise<void> {
  watchMemory(task.request.limits.memoryMb);
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

/** V8's limit knows nothing of what DuckDB and buffers hold; the resident size does. */
function watchMemory(limitMb: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > limitMb * 1024 * 1024) process.exit(OVER_MEMORY);
  }, WATCH_MS).unref();
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
