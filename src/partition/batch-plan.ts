import type { Spec } from '../spec/spec.ts';

/**
 * A batch is the unit of fan-out: many partitions, one activity, one engine call, one commit. Rows close a batch once it has
 * `least` partitions (default: 1), and `mostRows` whatever it has (default: no ceiling).
 */
export type BatchLimits = {
  readonly partitions: number;
  readonly rows: number;
  readonly least?: number;
  readonly mostRows?: number;
};

/**
 * Cuts partitions into batches in the given order, each within the limits but for the `least` that it holds. A partition
 * that is larger than a batch may be has one of its own.
 */
export function cutBatches<Item extends { readonly rows: number }>(
  items: readonly Item[],
  { least = 1, mostRows = Number.POSITIVE_INFINITY, ...limits }: BatchLimits,
): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  let current: Item[] = [];
  let rows = 0;
  for (const item of items) {
    const isFull = current.length >= limits.partitions;
    const most = current.length >= least ? limits.rows : mostRows;
    if (isFull || (current.length > 0 && rows + item.rows > most)) {
      batches.push(current);
      current = [];
      rows = 0;
    }
    current.push(item);
    rows += item.rows;
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

/** Longest first, so that a big partition does not start when all else is done; ties in text order. */
export function longestFirst<Item extends { readonly rows: number; readonly text: string }>(
  items: readonly Item[],
): readonly Item[] {
  return [...items].sort(
    (a, b) => b.rows - a.rows || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
  );
}

/** Batches of training that are in flight at once. */
export const IN_FLIGHT = 4;

/**
 * Rows of a batch, however many threads there are: the worker holds what is predicted of them until the batch is recorded
 * (with four candidates and three classes 600 MB), and a lost worker loses it.
 */
const MOST_ROWS = 5_000_000;

/**
 * Small enough that a lost worker loses little and progress is seen, large enough that commits cost little: about 24
 * batches a run, at most 100 partitions each, and at least so many that those in flight hold two for each thread: with
 * fewer, threads would wait for the longest of a batch while the next one may not begin.
 */
export function trainingBatchLimits(partitionCount: number, threads: number): BatchLimits {
  const least = Math.max(1, Math.ceil((2 * threads) / IN_FLIGHT));
  const partitions = Math.min(100, Math.ceil(partitionCount / 24));
  return { partitions: Math.max(least, partitions), rows: 200_000, least, mostRows: MOST_ROWS };
}

/** Rows from which a training takes some seconds: shared by threads it ends sooner, in spite of what each part does again. */
const WORTH_DIVIDING = 20_000;
/** In these, what is fitted does not depend on how many rows there are, or how long a fit takes. */
const SIMPLE_SEARCHES: readonly string[] = ['none', 'grid', 'random'];

/**
 * Whether the threads share one partition's candidates and folds, instead of one of them training it in one piece: where it
 * has more than half of what a thread gets of all rows, the others would wait for it in the end.
 */
export function isDivided(
  { engine, tune }: Pick<Spec, 'engine' | 'tune'>,
  rows: number,
  { tableRows, threads }: { readonly tableRows: number; readonly threads: number },
): boolean {
  const isSimple = SIMPLE_SEARCHES.includes(tune.method) && tune.budget === undefined;
  if (engine.kind !== 'local' || threads < 2 || !isSimple) return false;
  return rows >= WORTH_DIVIDING && rows > tableRows / threads / 2;
}

/** Profiling and evaluating are cheap per row: big batches. */
export const SCAN_BATCH_LIMITS: BatchLimits = { partitions: 500, rows: 1_000_000 };
