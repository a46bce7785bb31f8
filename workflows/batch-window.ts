/**
 * A window of batches: at most `concurrency()` of them in flight, in order, none started while paused or draining. Pure
 * but for the promises it is given.
 */
export type WindowOptions = {
  readonly first: number;
  readonly total: number;
  concurrency(): number;
  /** True while no new batch may start. */
  isPaused(): boolean;
  /** True once the execution should end: what runs is awaited, nothing new starts. */
  isDraining(): boolean;
  /** Resolves when the predicate holds (Temporal's `condition`). */
  waitUntil(predicate: () => boolean): Promise<unknown>;
  /** The same, but a cancelled run waits on: what has begun may still commit. */
  outlast(predicate: () => boolean): Promise<unknown>;
  run(batch: number): Promise<void>;
};

export type WindowState = { readonly next: number; readonly running: number };

/**
 * Runs batches `first … total − 1`; resolves with the number of the first batch that was not started. Rejects, when a batch
 * failed or the run was cancelled, once nothing is in flight any more.
 */
export async function runWindow(
  options: WindowOptions,
  onChange: (state: WindowState) => void,
): Promise<number> {
  let next = options.first;
  let running = 0;
  let failure: { readonly error: unknown } | undefined;
  const isFull = () => running >= options.concurrency() || options.isPaused();
  const isOver = () => next >= options.total || options.isDraining() || failure !== undefined;

  const start = (batch: number) => {
    running++;
    options
      .run(batch)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        running--;
        onChange({ next, running });
      });
  };

  try {
    while (!isOver()) {
      if (isFull()) await options.waitUntil(() => !isFull() || isOver());
      else start(next++);
      onChange({ next, running });
    }
  } catch (error) {
    failure ??= { error };
  }
  await options.outlast(() => running === 0);
  if (failure !== undefined) throw failure.error;
  return next;
}
