import type { Digest } from '../src/domain/digest.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import { isFitted } from '../src/domain/run.ts';
import { digestBytes } from '../src/frame/digest.ts';
import type { PlannedPartition } from '../src/partition/condition.ts';
import { trainingKeys } from '../src/partition/training-key.ts';
import type { SnapshotPartition } from '../src/sources/snapshot.ts';
import {
  type EarlierTraining,
  GLOBAL_PARTITION,
  type RunRecord,
  type TakenOver,
} from '../src/stores/run-store.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requireSnapshot } from './partition-job.ts';

/** What `condition` has found out when training is about to begin. */
type Known = {
  readonly classes: readonly string[];
  readonly partitions: readonly PlannedPartition[];
  readonly profiled: readonly SnapshotPartition[];
  /** One byte per row of the snapshot; what other repeats have follows from the first and the spec. */
  readonly folds: Uint8Array;
};

/** The key of every training that the run needs, by partition id. */
export function trainingKeysOf(
  run: RunRecord,
  { partitionBundle: code, environment }: ActivityDependencies,
  { classes, partitions, profiled, folds }: Known,
): ReadonlyMap<string, Digest> {
  const { spec } = run;
  const { columns, cutoffs, digest: snapshot } = requireSnapshot(run);
  const makers = { spec, columns, cutoffs, classes, code, environment };
  const rowsAt = new Map(profiled.map(({ start, digest }) => [start, digest]));
  const keys = new Map<string, Digest>();
  if (spec.global.enabled) {
    const globalKey = trainingKeys({ ...makers, scope: 'global' });
    const inputs = { text: GLOBAL_TEXT, rows: [snapshot], folds: digestBytes(folds) };
    keys.set(GLOBAL_PARTITION, globalKey(inputs));
  }
  const warmStart = spec.tune.warm_start === true ? keys.get(GLOBAL_PARTITION) : undefined;
  const ownKey = trainingKeys({ ...makers, scope: 'own', warmStart });
  const parentKey = trainingKeys({ ...makers, scope: 'parent', warmStart });
  for (const { partitionId, text, ranges, decision, isParent } of partitions) {
    if (!isFitted(decision)) continue;
    const parts = ranges.map(({ start, count }) => folds.subarray(start, start + count));
    const rows = ranges.flatMap(({ start }) => rowsAt.get(start) ?? []);
    const keyOf = isParent ? parentKey : ownKey;
    keys.set(partitionId, keyOf({ text, rows, folds: digestBytes(Buffer.concat(parts)) }));
  }
  return keys;
}

/** What stands in for trainings of this run: fitted before under the same key, asked for by nobody, and still readable. */
export async function takenOver(
  run: RunRecord,
  { runs, objects }: ActivityDependencies,
  keys: ReadonlyMap<string, Digest>,
): Promise<readonly TakenOver[]> {
  if (!run.reuse) return [];
  const again = run.origin?.mode === 'retry' ? run.origin.again : null;
  const failuresOf = again === null ? null : (run.origin?.runId ?? null);
  const earlier = await runs.earlierTrainings([...keys.values()], failuresOf);
  const packs = new Set(earlier.flatMap((one) => one.packs));
  const readable = new Set<Digest>();
  for (const pack of packs) if (await objects.has(pack)) readable.add(pack);
  const byKey = new Map(
    earlier
      .filter((one) => one.packs.every((pack) => readable.has(pack)))
      .map((one) => [one.key, one]),
  );
  const isWarm = run.spec.tune.warm_start === true;
  const global = byKey.get(keys.get(GLOBAL_PARTITION) as Digest);
  const isGlobalKept =
    global !== undefined && !isWantedAgain(again, GLOBAL_PARTITION, global.status);
  return [...keys].flatMap(([partitionId, key]) => {
    const found = byKey.get(key);
    if (found === undefined || isWantedAgain(again, partitionId, found.status)) return [];
    // It began with what the model without partition had found there, which may have failed, or come to the end of a budget.
    if (isWarm && !(isGlobalKept && global.runId === found.runId)) return [];
    return [{ partitionId, from: found.runId }];
  });
}

/** Whether a retry fits this partition although it has a result: a model, or that it failed. */
function isWantedAgain(
  again: { readonly which: string; readonly partition?: string } | null,
  partitionId: string,
  status: EarlierTraining['status'],
): boolean {
  if (again === null) return status === 'failed';
  if (again.partition !== undefined && again.partition !== partitionId) return false;
  return again.which === 'all' || (again.which === 'failed' && status === 'failed');
}
