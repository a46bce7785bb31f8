/** Which Spark partition works on which tasks, and the grouping key of each task that makes it so. */
export type TaskKeys = {
  readonly partitionCount: number;
  /** Key of each task, by its position. */
  readonly keyOf: Int32Array;
  /** The task of each key; keys that nobody has are not in it. */
  readonly taskOf: ReadonlyMap<number, number>;
};

/** A task costs something even without rows: what starting it weighs, in rows. */
const START_ROWS = 100;
/** Spark partitions per core: few enough to be cheap, many enough that no core waits long for the last one. */
const PARTITIONS_PER_CORE = 8;

/**
 * Packs tasks, in their order, into Spark partitions of about equal weight. Spark puts a key where its hash says, gives
 * results in the order of the partitions and starts them in that order, so keys are chosen by their hashes: outcomes
 * arrive in the order of the tasks, no core idles because two heavy tasks had neighbouring hashes. Another hash in a later
 * Spark would cost time, nothing else.
 */
export function chooseKeys(rowCounts: readonly number[], cores: number): TaskKeys {
  const partitionCount = Math.max(1, Math.min(rowCounts.length, cores * PARTITIONS_PER_CORE));
  const total = rowCounts.reduce((sum, rows) => sum + rows + START_ROWS, 0);
  const keys = new KeysByPartition(partitionCount);
  const keyOf = new Int32Array(rowCounts.length);
  const taskOf = new Map<number, number>();
  let before = 0;
  rowCounts.forEach((rows, task) => {
    const weight = rows + START_ROWS;
    // Of the weight's middle, so that a heavy task does not draw the ones after it along.
    const share = (before + weight / 2) / total;
    const key = keys.take(Math.min(partitionCount - 1, Math.floor(share * partitionCount)));
    before += weight;
    keyOf[task] = key;
    taskOf.set(key, task);
  });
  return { partitionCount, keyOf, taskOf };
}

/** Keys from 0 up, sorted by the partition that Spark puts them in. */
class KeysByPartition {
  readonly #found: number[][];
  #next = 0;

  constructor(partitionCount: number) {
    this.#found = Array.from({ length: partitionCount }, () => []);
  }

  take(partition: number): number {
    for (;;) {
      const key = this.#found[partition]?.shift();
      if (key !== undefined) return key;
      const next = this.#next++;
      this.#found[sparkPartition(next, this.#found.length)]?.push(next);
    }
  }
}

/** Where Spark's hash partitioning puts an integer: Murmur3 (x86, 32 bits, seed 42) modulo the partitions. */
export function sparkPartition(key: number, partitionCount: number): number {
  let mixed = Math.imul(key, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  let hash = 42 ^ mixed;
  hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) ^ 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return ((hash % partitionCount) + partitionCount) % partitionCount;
}
