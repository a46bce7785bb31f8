import type { Digest } from '../src/domain/digest.ts';
import type { Decision } from '../src/domain/run.ts';
import type { Pair } from '../src/engines/compare-snapshots.ts';
import type { Snapshot, SnapshotColumn } from '../src/sources/snapshot.ts';
import type { Quarantine } from '../src/stores/quarantine-store.ts';
import type { PartitionDrift, RunRecord } from '../src/stores/run-records.ts';
import { requireSnapshot } from './partition-job.ts';

/** Why none of the rows of `base` may stand for rows that were read now, without the full stop; null: some may. */
export function incomparable(
  base: RunRecord,
  now: Pick<Snapshot, 'columns' | 'source'>,
  quarantines: readonly Quarantine[],
): string | null {
  const before = requireSnapshot(base);
  const { runId } = base;
  if (sourceText(before.source) !== sourceText(now.source))
    return `Run ${runId} read ${sourceText(before.source)}, and this one ${sourceText(now.source)}`;
  if (isQuarantined('snapshot', before.digest, quarantines))
    return `The snapshot of run ${runId} is in quarantine`;
  return areAlike(before.columns, now.columns) ? null : `The columns are not those of run ${runId}`;
}

type Known = {
  readonly experiment: string;
  readonly quarantines: readonly Quarantine[];
  /** Of the earlier run, by partition id. */
  readonly decisions: ReadonlyMap<string, Decision['kind']>;
  /** Partitions, by id, whose rows the earlier run kept from a snapshot that is in quarantine. */
  readonly keptFromQuarantine: ReadonlySet<string>;
};

/**
 * How a partition stands where its rows need not be compared; null: they must be. One that had no model to stand alone, for
 * whatever reason, may have enough rows, classes or values for one now.
 */
export function withoutComparison(
  { reference, current }: Pair,
  { experiment, quarantines, decisions, keptFromQuarantine }: Known,
): Extract<PartitionDrift['status'], 'quarantined' | 'grown' | 'steady'> | null {
  const isWithheld = quarantines.some(
    ({ subject }) =>
      subject.kind === 'partition' &&
      subject.experiment === experiment &&
      subject.text === reference.text,
  );
  const areWithheld =
    keptFromQuarantine.has(reference.id) || isQuarantined('rows', reference.digest, quarantines);
  if (isWithheld || areWithheld) return 'quarantined';
  if (reference.digest === current.digest) return 'steady';
  return decisions.get(reference.id) === 'train' ? null : 'grown';
}

function isQuarantined(
  kind: 'rows' | 'snapshot',
  digest: Digest,
  quarantines: readonly Quarantine[],
): boolean {
  return quarantines.some(({ subject }) => subject.kind === kind && subject.digest === digest);
}

function sourceText({ kind, location }: Snapshot['source']): string {
  return `${kind} ${location}`;
}

/** What the new rows are read by is what the earlier ones were read by. */
function areAlike(before: readonly SnapshotColumn[], now: readonly SnapshotColumn[]): boolean {
  const facts = (columns: readonly SnapshotColumn[]) =>
    JSON.stringify(
      columns.map(({ name, kind, holds, unit, edges }) => [name, kind, holds, unit, edges]),
    );
  return facts(before) === facts(now);
}
