import type { Preview, PreviewRequest } from './preview.ts';
import { runSourceTask } from './source-process.ts';

/** A look at a source, in a process of its own with the memory and time of `request.limits`. */
export function previewSource(request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  return runSourceTask({ kind: 'preview', request }, signal);
}
