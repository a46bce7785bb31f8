import type { Digest } from '../domain/digest.ts';
import type { Metric } from '../domain/metric.ts';
import { comparePartitions, type PartitionKey } from '../domain/partition.ts';
import type { DriftStatus } from '../domain/run.ts';
import type { Pairs } from '../engines/compare-snapshots.ts';
import type { JudgedPair, JudgedPairs } from '../engines/judged-drift.ts';
import type { JudgedColumn } from '../partition/drift/drift-facts.ts';
import { type DriftLimits, hasDrifted, type JudgedScore } from '../partition/drift/judge-drift.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';

/** How new data differ from those that a run was trained on: of constant size, whatever the number of partitions. */
export type Drift = DriftLimits & {
  readonly runId: string;
  readonly experiment: string;
  readonly metric: Metric;
  readonly reference: { readonly snapshot: Digest; readonly rows: number };
  readonly current: {
    readonly source: string;
    readonly snapshot: Digest;
    readonly rows: number;
  };
  /** That the correction counts. */
  readonly tests: number;
  readonly counts: { readonly partitions: number } & {
    readonly [status in DriftStatus]: number;
  };
  readonly columns: readonly ColumnTally[];
  readonly notCompared: readonly { readonly column: string; readonly because: string }[];
  /** Why the new rows were not scored; null: they were. */
  readonly notScored: string | null;
  readonly scores: ScoreTally;
  /** Those that are not steady, by how far their columns have moved: the first of them. */
  readonly notable: readonly DriftedPartition[];
};

/** A drift, and every partition of either side, ordered by text, as often as they are asked for. */
export type FoundDrift = {
  readonly drift: Drift;
  readonly partitions: () => AsyncIterable<DriftedPartition>;
};

export type DriftedPartition = {
  readonly key: PartitionKey;
  readonly partition: string;
  readonly status: DriftStatus;
  readonly rows: { readonly reference: number; readonly current: number };
  /** Of a failure. */
  readonly because?: string;
  readonly columns: readonly JudgedColumn[];
  readonly score: JudgedScore | null;
};

/** One column over all partitions. */
export type ColumnTally = {
  readonly column: string;
  readonly kind: 'number' | 'category';
  /** Where it was compared. */
  readonly partitions: number;
  readonly drifted: number;
  /** The largest stability index, and where. */
  readonly largest: { readonly psi: number; readonly partition: string } | null;
};

/** `unknown`: scored, but with nothing to compare with; `because`: why the first of them has no score. */
export type ScoreTally = {
  readonly [verdict in NonNullable<JudgedScore['verdict']>]: number;
} & { readonly unknown: number; readonly because: string | null };

/** Partitions that a report names. */
export const NOTABLE = 20;

/** Every partition of either side, ordered by text, as are `pairs.both`, whose findings are `judged`. */
export async function* driftedPartitions(
  { both, gone, fresh }: Pairs,
  judged: JudgedPairs,
): AsyncGenerator<DriftedPartition> {
  const places = [
    ...both.map(({ current }) => ({ one: current, status: 'both' as const })),
    ...gone.map((one) => ({ one, status: 'gone' as const })),
    ...fresh.map((one) => ({ one, status: 'new' as const })),
  ].sort((a, b) => comparePartitions(a.one.text, b.one.text));
  const found = judged();
  for (const { one, status } of places) {
    if (status !== 'both') yield alone(one, status);
    else yield compared((await found.next()).value as JudgedPair);
  }
}

function compared({ pair: { reference, current }, ...found }: JudgedPair): DriftedPartition {
  const sides = {
    ...named(current),
    rows: { reference: reference.count, current: current.count },
  };
  if (found.kind === 'failed')
    return { ...sides, status: 'failed', because: found.because, columns: [], score: null };
  const { columns, score } = found;
  return { ...sides, status: hasDrifted(found) ? 'drifted' : 'steady', columns, score };
}

function alone(one: SnapshotPartition, status: 'gone' | 'new'): DriftedPartition {
  const [reference, current] = status === 'gone' ? [one.count, 0] : [0, one.count];
  return { ...named(one), status, rows: { reference, current }, columns: [], score: null };
}

function named({ key, text }: SnapshotPartition): Pick<DriftedPartition, 'key' | 'partition'> {
  return { key, partition: text };
}

/** What the partitions say together. */
export async function summaryOf(
  partitions: AsyncIterable<DriftedPartition>,
  names: readonly string[],
): Promise<Pick<Drift, 'counts' | 'scores' | 'columns' | 'notable'>> {
  const counts = { partitions: 0, steady: 0, drifted: 0, new: 0, gone: 0, failed: 0 };
  const columns = new Map<string, ColumnTally>();
  let scores: ScoreTally = { worse: 0, better: 0, same: 0, unknown: 0, because: null };
  let notable: readonly DriftedPartition[] = [];
  for await (const partition of partitions) {
    counts.partitions++;
    counts[partition.status]++;
    scores = withScore(scores, partition.score);
    for (const column of partition.columns)
      columns.set(column.column, withColumn(columns.get(column.column), column, partition));
    if (partition.status !== 'steady') notable = withNotable(notable, partition);
  }
  return { counts, scores, columns: names.flatMap((name) => columns.get(name) ?? []), notable };
}

function withScore(tally: ScoreTally, score: JudgedScore | null): ScoreTally {
  if (score === null) return tally;
  if (score.verdict !== null) return { ...tally, [score.verdict]: tally[score.verdict] + 1 };
  const because = score.score.value === null ? score.score.because : null;
  return { ...tally, unknown: tally.unknown + 1, because: tally.because ?? because };
}

function withColumn(
  tally: ColumnTally | undefined,
  { column, kind, psi, isDrifted }: JudgedColumn,
  { partition }: DriftedPartition,
): ColumnTally {
  const { partitions = 0, drifted = 0, largest = null } = tally ?? {};
  const isLarger = psi !== null && psi > (largest?.psi ?? -1);
  return {
    column,
    kind,
    partitions: partitions + 1,
    drifted: drifted + Number(isDrifted),
    largest: isLarger ? { psi, partition } : largest,
  };
}

/** The farthest first; of those that moved equally far, the first in order. */
function withNotable(
  notable: readonly DriftedPartition[],
  partition: DriftedPartition,
): readonly DriftedPartition[] {
  const psi = farthest(partition);
  const place = notable.findIndex((one) => farthest(one) < psi);
  if (place < 0) return notable.length < NOTABLE ? [...notable, partition] : notable;
  return notable.toSpliced(place, 0, partition).slice(0, NOTABLE);
}

/** The largest stability index of the columns that have drifted. */
function farthest({ columns }: DriftedPartition): number {
  return columns.reduce(
    (most, { isDrifted, psi }) => (isDrifted ? Math.max(most, psi ?? 0) : most),
    0,
  );
}
