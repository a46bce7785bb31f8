/** A batch is the unit of fan-out: many partitions, one activity, one engine call, one commit. */
export type BatchLimits = { readonly partitions: number; readonly rows: number };

/**
 * Cuts partitions into batches in the given order, each within the limits (a partition above the row limit has a batch
 * of its own).
 */
export function cutBatches<Item extends { readonly rows: number }>(
  items: readonly Item[],
  limits: BatchLimits,
): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  let current: Item[] = [];
  let rows = 0;
  for (const item of items) {
    if (
      current.length > 0 &&
      (current.length >= limits.partitions || rows + item.rows > limits.rows)
    ) {
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

/**
 * Small enough that a lost worker loses little and progress is seen, large enough that commits cost little: about 24
 * batches a run, at most 100 partitions each.
 */
export function trainingBatchLimits(partitionCount: number): BatchLimits {
  return { partitions: Math.min(100, Math.max(1, Math.ceil(partitionCount / 24))), rows: 200_000 };
}

/** Profiling and evaluating are cheap per row: big batches. */
export const SCAN_BATCH_LIMITS: BatchLimits = { partitions: 500, rows: 1_000_000 };
