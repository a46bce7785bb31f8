import { isFailure } from '../../domain/failure.ts';
import { isOutOfMemory } from '../../domain/out-of-memory.ts';
import type { TaskResult } from './thread-task.ts';

/** What was thrown, as an outcome. */
export function failedResult(error: unknown): TaskResult & { readonly kind: 'failed' } {
  const known = error instanceof Error ? error : new Error(String(error));
  const reason = isOutOfMemory(known) ? 'out_of_memory' : 'error';
  // The stack of an expected failure tells the user nothing.
  const stack = isFailure(known) || known.stack === undefined ? {} : { stack: known.stack };
  return { kind: 'failed', reason, message: known.message, ...stack };
}
