import type { Digest } from '../domain/digest.ts';
import type { Metric } from '../domain/metric.ts';
import { comparePartitions, type PartitionKey } from '../domain/partition.ts';
import type { DriftStatus } from '../domain/run.ts';
import type { Pairs } from '../engines/compare-snapshots.ts';
import type { Outcome } from '../engines/engine.ts';
import type { DriftFacts, JudgedColumn } from '../partition/drift/drift-facts.ts';
import {
  type DriftLimits,
  type HeldOut,
  type JudgedScore,
  judgeColumns,
  judgeScores,
  testCount,
} from '../partition/drift/judge-drift.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';

/** How new data differ from those that a run was trained on. */
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
  readonly scores: { readonly [verdict in NonNullable<JudgedScore['verdict']>]: number };
  /** Ordered by text. */
  readonly partitions: readonly DriftedPartition[];
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

/** Every partition of either side, ordered by text. `heldOut`: what the holdout said of who answers for a partition. */
export function judgeAll(
  { both, gone, fresh }: Pairs,
  outcomes: readonly Outcome<DriftFacts>[],
  given: {
    readonly metric: Metric;
    readonly limits: DriftLimits;
    readonly heldOut: (partition: SnapshotPartition) => HeldOut | null;
  },
): readonly DriftedPartition[] {
  const { metric, limits, heldOut } = given;
  const facts = outcomes.map((outcome) => (outcome.kind === 'ok' ? outcome.facts : null));
  const columns = judgeColumns(
    facts.map((one) => one?.columns ?? []),
    limits,
  );
  const scored = facts.map((one, i) => {
    const pair = both[i];
    if (!one?.score || pair === undefined) return null;
    return { current: one.score, holdout: heldOut(pair.current) };
  });
  const scores = judgeScores(metric, scored, limits);
  const compared = both.map((pair, i): DriftedPartition => {
    const [ofColumns, score] = [columns[i] ?? [], scores[i] ?? null];
    const isDrifted = ofColumns.some((column) => column.isDrifted) || score?.verdict === 'worse';
    const outcome = outcomes[i];
    const failure = outcome?.kind === 'failed' ? { because: outcome.message } : {};
    const status = isDrifted ? 'drifted' : 'steady';
    return {
      ...named(pair.current),
      status: outcome?.kind === 'failed' ? 'failed' : status,
      rows: { reference: pair.reference.count, current: pair.current.count },
      ...failure,
      columns: ofColumns,
      score,
    };
  });
  const alone = [
    ...gone.map((one) => ({ one, status: 'gone' as const, reference: one.count, current: 0 })),
    ...fresh.map((one) => ({ one, status: 'new' as const, reference: 0, current: one.count })),
  ].map(
    ({ one, status, reference, current }): DriftedPartition => ({
      ...named(one),
      status,
      rows: { reference, current },
      columns: [],
      score: null,
    }),
  );
  return [...compared, ...alone].sort((a, b) => comparePartitions(a.partition, b.partition));
}

function named({ key, text }: SnapshotPartition): Pick<DriftedPartition, 'key' | 'partition'> {
  return { key, partition: text };
}

/** What the partitions say together. */
export function summaryOf(
  partitions: readonly DriftedPartition[],
  columns: readonly string[],
): Pick<Drift, 'tests' | 'counts' | 'scores' | 'columns'> {
  const counts = { steady: 0, drifted: 0, new: 0, gone: 0, failed: 0 };
  const scores = { worse: 0, better: 0, same: 0 };
  for (const { status, score } of partitions) {
    counts[status]++;
    if (score !== null && score.verdict !== null) scores[score.verdict]++;
  }
  return {
    tests: testCount(partitions.map((partition) => partition.columns)),
    counts: { partitions: partitions.length, ...counts },
    scores,
    columns: tallies(partitions, columns),
  };
}

function tallies(
  partitions: readonly DriftedPartition[],
  names: readonly string[],
): readonly ColumnTally[] {
  const byName = new Map<string, ColumnTally>();
  for (const { partition, columns } of partitions) {
    for (const { column, kind, psi, isDrifted } of columns) {
      const nothing = { column, kind, partitions: 0, drifted: 0, largest: null };
      const tally: ColumnTally = byName.get(column) ?? nothing;
      const isLarger = psi !== null && psi > (tally.largest?.psi ?? -1);
      byName.set(column, {
        ...tally,
        partitions: tally.partitions + 1,
        drifted: tally.drifted + Number(isDrifted),
        largest: isLarger ? { psi, partition } : tally.largest,
      });
    }
  }
  return names.flatMap((name) => byName.get(name) ?? []);
}
