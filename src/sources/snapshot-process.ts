import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MadeSnapshot } from './make-snapshot.ts';
import type { OnProgress, SnapshotRequest } from './snapshot-request.ts';
import { runSourceTask, withOwnFolder } from './source-process.ts';

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
  return withOwnFolder(request.outputFolder, async (outputFolder) => {
    const made = await runSourceTask(
      { kind: 'snapshot', request: { ...request, outputFolder } },
      signal,
      onProgress,
    );
    const parquetPath = join(request.outputFolder, basename(made.parquetPath));
    await rename(made.parquetPath, parquetPath);
    return { ...made, parquetPath };
  });
}
