import type { Outcome } from '../../engine.ts';

/**
 * From the worker to its task process, over a pipe: a number that says what follows.
 * - `job`: a text (`TaskJob` as JSON) and the command's bytes; holds for the tasks after it.
 * - `task`: the task's number, then its rows as an Arrow stream, as they came from Spark.
 */
export const JOB_FOLLOWS = 1;
export const TASK_FOLLOWS = 2;

export type TaskJob = {
  /** Where the session's artifacts lie: users' modules among them. */
  readonly filesFolder: string;
  /** Where the leading columns and those of the command stand in what Spark sends. */
  readonly places: readonly number[];
};

/** From the task process to the worker, over Node's channel: one for every task. */
export type TaskReport =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  /** The rows could not be read: no task of the job can run. */
  | { readonly kind: 'broken'; readonly failure: string | null; readonly message: string };
