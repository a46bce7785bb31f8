import type { Preview, PreviewRequest } from './preview.ts';
import { runSourceTask, withOwnFolder } from './source-process.ts';

/** A look at a source, in a process of its own with the memory, disk and time of `request.limits`. */
export function previewSource(request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  return withOwnFolder(request.scratchFolder, (scratchFolder) =>
    runSourceTask({ kind: 'preview', request: { ...request, scratchFolder } }, signal),
  );
}
