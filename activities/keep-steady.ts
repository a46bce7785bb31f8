import type { Digest } from '../src/domain/digest.ts';
import { compareSnapshots, type Pair, pairPartitions } from '../src/engines/compare-snapshots.ts';
import type { Outcome } from '../src/engines/engine.ts';
import { snapshotBytes } from '../src/frame/snapshot-layout.ts';
import { comparedColumns } from '../src/partition/drift/compared-columns.ts';
import type { DriftFacts } from '../src/partition/drift/drift-facts.ts';
import { DRIFT_LIMITS, judgeColumns } from '../src/partition/drift/judge-drift.ts';
import { partitionRef } from '../src/partition/partition-function.ts';
import { composeSnapshot } from '../src/sources/compose-snapshot.ts';
import type { MadeSnapshot } from '../src/sources/make-snapshot.ts';
import type { Snapshot, SnapshotPartition } from '../src/sources/snapshot.ts';
import type { Quarantine } from '../src/stores/quarantine-store.ts';
import type { PartitionDrift, RunRecord } from '../src/stores/run-store.ts';
import { incomparable, withoutComparison } from './comparable-rows.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requireSnapshot } from './partition-job.ts';

/** The rows that a run trains on, and why they are those. */
export type KeptSnapshot = {
  readonly snapshot: Snapshot;
  readonly parquet: { readonly digest: Digest; readonly byteSize: number };
  readonly drift: readonly PartitionDrift[];
};

/** `base`: the run that `run` is compared with; `read`: the source as it is now. */
export type Refreshing = {
  readonly run: RunRecord;
  readonly base: RunRecord;
  readonly read: MadeSnapshot;
};

/** Texts of partitions that a warning names. */
const NAMED = 10;

/**
 * The new rows of what has drifted since an earlier run, or is new, and that run's own rows of all else: so the trainings
 * of the rest are found again, and stay compared with the rows that they were made of. Where the columns
 * have changed, the source is another one or the earlier snapshot is in quarantine, all rows are the new ones.
 */
export async function keepSteady(
  dependencies: ActivityDependencies,
  refreshing: Refreshing,
  signal: AbortSignal,
): Promise<KeptSnapshot> {
  const { objects } = dependencies;
  const { base, read } = refreshing;
  const before = requireSnapshot(base);
  const quarantines = await dependencies.quarantine.quarantines();
  const because = incomparable(base, read.snapshot, quarantines);
  if (because !== null) {
    const warning = `${because}: all rows are new.`;
    return keepSnapshot(dependencies, { ...read, snapshot: warned(read.snapshot, warning) });
  }
  const drift = await findDrift(dependencies, { ...refreshing, quarantines }, signal);
  const steady = new Set(
    drift.filter(({ status }) => status === 'steady').map(({ partitionId }) => partitionId),
  );
  const like = warned(read.snapshot, warningOf(drift, base.runId));
  const earlier = await dependencies.runs.snapshotPartitions(base.runId);
  const basePath = objects.path(before.parquet);
  if (steady.size === earlier.length && steady.size === read.snapshot.partitions.length) {
    const byteSize = await snapshotBytes(basePath);
    const { digest, rowCount } = before;
    return {
      snapshot: { ...like, digest, rowCount, partitions: earlier },
      parquet: { digest: before.parquet, byteSize },
      drift,
    };
  }
  const asBefore = new Map(earlier.map((partition) => [partition.id, partition]));
  const made = await composeSnapshot(
    {
      like,
      partitions: read.snapshot.partitions.map((partition) => {
        const kept = steady.has(partition.id) ? asBefore.get(partition.id) : undefined;
        return kept === undefined
          ? { path: read.parquetPath, partition }
          : { path: basePath, partition: kept };
      }),
      outputFolder: dependencies.scratchFolder,
    },
    signal,
  );
  return { ...(await keepSnapshot(dependencies, made)), drift };
}

/** Moves the file in, as an object. */
export async function keepSnapshot(
  { objects }: Pick<ActivityDependencies, 'objects'>,
  { snapshot, parquetPath }: MadeSnapshot,
): Promise<KeptSnapshot> {
  const byteSize = await snapshotBytes(parquetPath);
  return { snapshot, parquet: { digest: await objects.putFile(parquetPath), byteSize }, drift: [] };
}

/** Every partition of either side; one that can't be compared is trained anew. */
async function findDrift(
  dependencies: ActivityDependencies,
  refreshing: Refreshing & { readonly quarantines: readonly Quarantine[] },
  signal: AbortSignal,
): Promise<readonly PartitionDrift[]> {
  const { base, read, quarantines } = refreshing;
  const earlier = await dependencies.runs.snapshotPartitions(base.runId);
  const { both, gone, fresh } = pairPartitions(earlier, read.snapshot.partitions);
  const decisions = await dependencies.runs.decisions(base.runId);
  const keptFromQuarantine = await dependencies.quarantine.keptFromQuarantine(base.runId);
  const known = { experiment: base.experiment, quarantines, decisions, keptFromQuarantine };
  const told = new Map(both.map((pair) => [pair.current.id, withoutComparison(pair, known)]));
  const compared = both.filter((pair) => told.get(pair.current.id) === null);
  const found = await compareAll(dependencies, refreshing, compared, signal);
  const as = (status: PartitionDrift['status']) => (one: SnapshotPartition) => ({
    partitionId: one.id,
    text: one.text,
    status,
    columns: [],
  });
  return [
    ...both.map(
      ({ current }) => found.get(current.id) ?? as(told.get(current.id) ?? 'steady')(current),
    ),
    ...gone.map(as('gone')),
    ...fresh.map(as('new')),
  ];
}

/** By the ids of the partitions. */
async function compareAll(
  { objects, engineFor, scratchFolder }: ActivityDependencies,
  { run: { spec }, base, read: { snapshot, parquetPath } }: Refreshing,
  pairs: readonly Pair[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PartitionDrift>> {
  const before = requireSnapshot(base);
  const { names: columns } = comparedColumns(spec, before.columns, snapshot.columns);
  const { seconds, memory_mb: memoryMb } = spec.limits.per_partition;
  const rows = { columns, limits: { seconds, memoryMb } };
  const reference = { digest: before.digest, path: objects.path(before.parquet) };
  const current = { digest: snapshot.digest, path: parquetPath };
  const comparison = {
    reference: { ...rows, snapshot: reference },
    current: { ...rows, snapshot: current },
    partitions: pairs.map((pair) => ({
      reference: partitionRef(pair.reference),
      current: partitionRef(pair.current),
      models: [],
      weights: [],
    })),
    // Labels that have not arrived yet are no drift.
    target: spec.target.column,
    scoring: null,
    scratchFolder,
  };
  const outcomes: Outcome<DriftFacts>[] = [];
  for await (const outcome of compareSnapshots(await engineFor(spec), comparison, signal))
    outcomes[outcome.task] = outcome;
  const judged = judgeColumns(
    outcomes.map((outcome) => (outcome.kind === 'ok' ? outcome.facts.columns : [])),
    DRIFT_LIMITS,
  );
  return new Map(
    pairs.map(({ current: { id, text } }, i): [string, PartitionDrift] => {
      const columns = (judged[i] ?? []).filter(({ isDrifted }) => isDrifted);
      const status = columns.length > 0 ? 'drifted' : 'steady';
      const isFailed = outcomes[i]?.kind !== 'ok';
      return [id, { partitionId: id, text, status: isFailed ? 'failed' : status, columns }];
    }),
  );
}

function warned(snapshot: Snapshot, warning: string): Snapshot {
  return { ...snapshot, warnings: [...snapshot.warnings, warning] };
}

function warningOf(drift: readonly PartitionDrift[], base: string): string {
  const moved = drift.filter(({ status }) => status !== 'steady');
  const steady = drift.length - moved.length;
  if (moved.length === 0)
    return `None of ${steady} partitions has drifted since run ${base}: its rows stand for all of them.`;
  const named = moved
    .slice(0, NAMED)
    .map(({ text, status, columns }) => {
      const what = columns.map(({ column }) => column).join(', ');
      return what === '' ? `${text} (${status})` : `${text} (${status}: ${what})`;
    })
    .join(', ');
  const more = moved.length > NAMED ? ` and ${moved.length - NAMED} more` : '';
  return `Of ${drift.length} partitions ${steady} have not drifted since run ${base} and keep its rows; these have changed: ${named}${more}.`;
}
