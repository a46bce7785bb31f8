import type { Digest } from '../src/domain/digest.ts';
import { type Pair, pairPartitions } from '../src/engines/compare-snapshots.ts';
import {
  type DriftComparison,
  type JudgedPair,
  withJudgedDrift,
} from '../src/engines/judged-drift.ts';
import { snapshotBytes } from '../src/frame/snapshot-layout.ts';
import { columnsRead } from '../src/partition/columns-read.ts';
import { comparedColumns } from '../src/partition/drift/compared-columns.ts';
import { DRIFT_LIMITS, DriftJudge, hasDrifted } from '../src/partition/drift/judge-drift.ts';
import { driftScoring, scoredBy } from '../src/serving/drift-scoring.ts';
import { composeSnapshot } from '../src/sources/compose-snapshot.ts';
import type { MadeSnapshot } from '../src/sources/make-snapshot.ts';
import type { Snapshot, SnapshotPartition } from '../src/sources/snapshot.ts';
import type { Quarantine } from '../src/stores/quarantine-store.ts';
import type { PartitionDrift, RunRecord } from '../src/stores/run-records.ts';
import { incomparable, withoutComparison } from './comparable-rows.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requireSnapshot } from './partition-job.ts';

/** The rows that a run trains on, and why they are those: of every partition, as often as it is asked for. */
export type KeptSnapshot = {
  readonly snapshot: Snapshot;
  readonly parquet: { readonly digest: Digest; readonly byteSize: number };
  readonly drift: FoundDrift;
};

type FoundDrift = () => Iterable<PartitionDrift> | AsyncIterable<PartitionDrift>;

/** `base`: the run that `run` is compared with; `read`: the source as it is now. */
export type Refreshing = {
  readonly run: RunRecord;
  readonly base: RunRecord;
  readonly read: MadeSnapshot;
};

/** Texts of partitions that a warning names. */
const NAMED = 10;

/**
 * Lends the new rows of what has drifted since an earlier run, or is new, and that run's own rows of all else: so the
 * trainings of the rest are found again, and stay compared with the rows that they were made of. Says why, where none of
 * the earlier rows may stand for new ones, and lends nothing then; null: some may.
 */
export async function keepSteady(
  dependencies: ActivityDependencies,
  refreshing: Refreshing,
  use: (kept: KeptSnapshot) => Promise<void>,
  signal: AbortSignal,
): Promise<string | null> {
  const { base, read } = refreshing;
  const quarantines = await dependencies.quarantine.quarantines();
  const because = incomparable(base, read.snapshot, quarantines);
  if (because !== null) return because;
  const earlier = await dependencies.runs.snapshotPartitions(base.runId);
  const comparing = { ...refreshing, quarantines, earlier };
  await withDrift(
    dependencies,
    comparing,
    async (drift) => {
      const { steady, warning } = await standingOf(drift, base.runId);
      const { warnings } = read.snapshot;
      const like = { ...read.snapshot, warnings: [...warnings, warning] };
      return use({
        ...(await keepRows(dependencies, { ...comparing, steady, like }, signal)),
        drift,
      });
    },
    signal,
  );
  return null;
}

type Comparing = Refreshing & {
  readonly quarantines: readonly Quarantine[];
  /** What the earlier run read. */
  readonly earlier: readonly SnapshotPartition[];
};

async function keepRows(
  dependencies: ActivityDependencies,
  {
    base,
    read,
    earlier,
    steady,
    like,
  }: Comparing & { readonly steady: ReadonlySet<string>; readonly like: Snapshot },
  signal: AbortSignal,
): Promise<Omit<KeptSnapshot, 'drift'>> {
  const before = requireSnapshot(base);
  const basePath = await dependencies.objects.path(before.parquet);
  if (steady.size === earlier.length && steady.size === read.snapshot.partitions.length) {
    const byteSize = await snapshotBytes(basePath);
    const { digest, rowCount } = before;
    return {
      snapshot: { ...like, digest, rowCount, partitions: earlier },
      parquet: { digest: before.parquet, byteSize },
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
  return keepSnapshot(dependencies, made);
}

/** Moves the file in, as an object; nothing is known of drift. */
export async function keepSnapshot(
  { objects }: Pick<ActivityDependencies, 'objects'>,
  { snapshot, parquetPath }: MadeSnapshot,
): Promise<KeptSnapshot> {
  const byteSize = await snapshotBytes(parquetPath);
  const parquet = { digest: await objects.putFile(parquetPath), byteSize };
  return { snapshot, parquet, drift: () => [] };
}

/** Lends how every partition of either side stands; one that can't be compared is trained anew. */
async function withDrift(
  dependencies: ActivityDependencies,
  comparing: Comparing,
  use: (drift: FoundDrift) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { run, base, read, quarantines, earlier } = comparing;
  const { both, gone, fresh } = pairPartitions(earlier, read.snapshot.partitions);
  const decisions = await dependencies.runs.decisions(base.runId);
  const keptFromQuarantine = await dependencies.quarantine.keptFromQuarantine(base.runId);
  const known = { experiment: base.experiment, quarantines, decisions, keptFromQuarantine };
  const told = both.map((pair) => withoutComparison(pair, known));
  const pairs = both.filter((_, i) => told[i] === null);
  const as = (one: SnapshotPartition, status: PartitionDrift['status']) => ({
    partitionId: one.id,
    text: one.text,
    status,
    columns: [],
    score: null,
  });
  await withJudgedDrift(
    await dependencies.engineFor(run.spec),
    await comparisonOf(dependencies, comparing, pairs),
    new DriftJudge(run.spec.metric, DRIFT_LIMITS),
    (judged) =>
      use(async function* () {
        const found = judged();
        for (const [i, { current }] of both.entries()) {
          const status = told[i] ?? null;
          yield status === null
            ? standing((await found.next()).value as JudgedPair)
            : as(current, status);
        }
        for (const one of gone) yield as(one, 'gone');
        for (const one of fresh) yield as(one, 'new');
      }),
    signal,
  );
}

function standing(found: JudgedPair): PartitionDrift {
  const { id: partitionId, text } = found.pair.current;
  if (found.kind === 'failed')
    return { partitionId, text, status: 'failed', columns: [], score: null };
  const columns = found.columns.filter(({ isDrifted }) => isDrifted);
  const score = found.score?.verdict === 'worse' ? found.score : null;
  return { partitionId, text, status: hasDrifted(found) ? 'drifted' : 'steady', columns, score };
}

async function comparisonOf(
  dependencies: ActivityDependencies,
  { run: { spec }, base, read: { snapshot, parquetPath } }: Refreshing,
  pairs: readonly Pair[],
): Promise<DriftComparison> {
  const { objects, scratchFolder } = dependencies;
  const before = requireSnapshot(base);
  const { names: columns } = comparedColumns(spec, before.columns, snapshot.columns);
  const { served } = await scoredBy(dependencies, base, snapshot.columns);
  const { seconds, memory_mb: memoryMb } = spec.limits.per_partition;
  const limits = { seconds, memoryMb };
  const reference = { digest: before.digest, path: await objects.path(before.parquet) };
  const current = { digest: snapshot.digest, path: parquetPath };
  const read = served === null ? columns : columnsRead(snapshot.columns, spec);
  return {
    ...(await driftScoring(dependencies, base, served)),
    reference: { columns, limits, snapshot: reference },
    current: { columns: read, limits, snapshot: current },
    pairs,
    // Labels that have not arrived yet are no drift.
    target: spec.target.column,
    scratchFolder,
  };
}

/** The ids of the partitions that keep their rows, and what the run says of the others. */
async function standingOf(
  drift: FoundDrift,
  base: string,
): Promise<{ readonly steady: ReadonlySet<string>; readonly warning: string }> {
  const steady = new Set<string>();
  const named: string[] = [];
  let moved = 0;
  for await (const one of drift()) {
    if (one.status === 'steady') steady.add(one.partitionId);
    else if (++moved <= NAMED) named.push(namedDrift(one));
  }
  return { steady, warning: warningOf({ steady: steady.size, moved, named }, base) };
}

function namedDrift({ text, status, columns, score }: PartitionDrift): string {
  const moved = columns.map(({ column }) => column);
  const what = [...moved, ...(score === null ? [] : ['a worse score'])].join(', ');
  return what === '' ? `${text} (${status})` : `${text} (${status}: ${what})`;
}

function warningOf(
  {
    steady,
    moved,
    named,
  }: { readonly steady: number; readonly moved: number; readonly named: readonly string[] },
  base: string,
): string {
  if (moved === 0)
    return `None of ${steady} partitions has drifted since run ${base}: its rows stand for all of them.`;
  const more = moved > NAMED ? ` and ${moved - NAMED} more` : '';
  return `Of ${steady + moved} partitions ${steady} have not drifted since run ${base} and keep its rows; these have changed: ${named.join(', ')}${more}.`;
}
