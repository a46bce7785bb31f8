import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchLimits, cutBatches } from '../partition/batch-plan.ts';
import type { DriftFacts } from '../partition/drift/drift-facts.ts';
import type { DriftJudge, Found, HeldOut, Judged } from '../partition/drift/judge-drift.ts';
import {
  compareSnapshots,
  type Pair,
  type PairedPartition,
  type SnapshotPair,
} from './compare-snapshots.ts';
import type { Engine, Outcome } from './engine.ts';

/** What is in memory at once: the columns of so many partitions, and on the disk the values of so many rows. */
const BATCH_LIMITS = { partitions: 2_000, rows: 2_000_000 };

export type DriftComparison = Omit<SnapshotPair, 'partitions'> & {
  readonly pairs: readonly Pair[];
  readonly paired: (pair: Pair) => Promise<PairedPartition>;
  /** What the holdout said of who answers for a partition; null: nothing, or nobody does. */
  readonly holdout: (pair: Pair) => HeldOut | null;
  /** What is compared at once; default: `BATCH_LIMITS`. */
  readonly batchLimits?: BatchLimits;
};

/** `because`: why it could not be compared. */
export type JudgedPair = { readonly pair: Pair } & (
  | ({ readonly kind: 'judged' } & Judged)
  | { readonly kind: 'failed'; readonly because: string }
);

/** What was found of every pair, in their order, as often as it is asked for. */
export type JudgedPairs = () => AsyncGenerator<JudgedPair>;

/**
 * Compares the pairs batch by batch, then lends what was found, judged by all of it: it lies in a file meanwhile, and
 * memory holds no more than a batch and the judge's p-values.
 */
export async function withJudgedDrift<Result>(
  engine: Engine,
  comparison: DriftComparison,
  judge: DriftJudge,
  use: (judged: JudgedPairs) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const path = join(comparison.scratchFolder, `drift-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    const places = await writeFound(engine, comparison, { file, judge, signal });
    return await use(() => readJudged(comparison.pairs, { file, judge, places }));
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

type Stored = Found | { readonly because: string };
type Place = { readonly offset: number; readonly length: number };

/** In the order of the pairs: where the file has what was found of each. */
async function writeFound(
  engine: Engine,
  { pairs, paired, holdout, batchLimits = BATCH_LIMITS, ...pair }: DriftComparison,
  { file, judge, signal }: Pick<Judging, 'file' | 'judge'> & { readonly signal: AbortSignal },
): Promise<readonly Place[]> {
  const sized = pairs.map((one) => ({
    ...one,
    rows: Math.max(one.reference.count, one.current.count),
  }));
  const places: Place[] = [];
  let offset = 0;
  for (const batch of cutBatches(sized, batchLimits)) {
    const outcomes: Outcome<DriftFacts>[] = [];
    const partitions = await Promise.all(batch.map(paired));
    for await (const outcome of compareSnapshots(engine, { ...pair, partitions }, signal))
      outcomes[outcome.task] = outcome;
    for (const [i, one] of batch.entries()) {
      const found = storedOf(outcomes[i] as Outcome<DriftFacts>, holdout(one));
      if ('columns' in found) judge.count(found);
      const bytes = Buffer.from(JSON.stringify(found));
      await file.appendFile(bytes);
      places.push({ offset, length: bytes.length });
      offset += bytes.length;
    }
  }
  return places;
}

function storedOf(outcome: Outcome<DriftFacts>, holdout: HeldOut | null): Stored {
  if (outcome.kind === 'failed') return { because: outcome.message };
  const { columns, score } = outcome.facts;
  return { columns, score, holdout };
}

type Judging = {
  readonly file: FileHandle;
  readonly judge: DriftJudge;
  readonly places: readonly Place[];
};

async function* readJudged(
  pairs: readonly Pair[],
  { file, judge, places }: Judging,
): AsyncGenerator<JudgedPair> {
  for (const [i, pair] of pairs.entries()) {
    const { offset, length } = places[i] as Place;
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    const found = JSON.parse(buffer.toString('utf8')) as Stored;
    if ('columns' in found) yield { pair, kind: 'judged', ...judge.judge(found) };
    else yield { pair, kind: 'failed', because: found.because };
  }
}
