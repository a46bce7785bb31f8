import type { PartitionRecord, RunRecord } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';

/** What is compared of a partition that a run has read; `decision`: null where the run never came to plan. */
export type ReadPartition = Pick<
  PartitionRecord,
  'text' | 'rows' | 'digest' | 'profile' | 'trained' | 'evaluated' | 'chosen'
> & { readonly decision: PartitionRecord['decision'] | null };

const UNPLANNED = {
  decision: null,
  profile: null,
  trained: null,
  evaluated: null,
  chosen: null,
} as const;

/** In the order of their texts. */
export async function* partitionsRead(
  runs: OperationContext['runs'],
  { runId, plan }: RunRecord,
): AsyncGenerator<ReadPartition> {
  if (plan !== null) return yield* runs.partitions(runId);
  for (const { text, count, digest } of await runs.snapshotPartitions(runId))
    yield { text, rows: count, digest, ...UNPLANNED };
}

/** Two streams in the order of their texts, side by side. */
export async function* pairs(
  as: AsyncIterable<ReadPartition>,
  bs: AsyncIterable<ReadPartition>,
): AsyncGenerator<readonly [ReadPartition | null, ReadPartition | null]> {
  const [left, right] = [as[Symbol.asyncIterator](), bs[Symbol.asyncIterator]()];
  let [a, b] = [await left.next(), await right.next()];
  while (a.done !== true || b.done !== true) {
    const takesA = a.done !== true && (b.done === true || a.value.text <= b.value.text);
    const takesB = b.done !== true && (a.done === true || b.value.text <= a.value.text);
    yield [takesA && a.done !== true ? a.value : null, takesB && b.done !== true ? b.value : null];
    if (takesA) a = await left.next();
    if (takesB) b = await right.next();
  }
}
