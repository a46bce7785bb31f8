import type { Outcome } from '../../engine.ts';

/**
 * From the worker to its task process, over a pipe: a number that says what follows.
 * - `job`: the folder of the session's artifacts (users' modules among them), the command's bytes, the schema of all
 *   batches; holds for the tasks after it.
 * - `task`: the task's number; then its rows, until `end`:
 * - `batch`: an Arrow batch as it came from Spark, sorted by task; holds for the rows after it, of whatever task.
 * - `rows`: the first of them in the batch, and their count.
 */
export const JOB_FOLLOWS = 1;
export const TASK_FOLLOWS = 2;
export const BATCH_FOLLOWS = 3;
export const ROWS_FOLLOW = 4;
export const ROWS_END = 5;

/** From the task process to the worker, over Node's channel: one for every task. */
export type TaskReport =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  /** The rows could not be read: no task of the job can run. */
  | { readonly kind: 'broken'; readonly failure: string | null; readonly message: string };
