import type { Digest } from '../src/domain/digest.ts';
import { isStandIn, type KeysOfRun } from '../src/partition/reuse-keys.ts';
import {
  type EarlierTraining,
  GLOBAL_PARTITION,
  type RunRecord,
  type TakenOver,
} from '../src/stores/run-records.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** By partition id, the model without partition among them. */
export function keysById({ global, partitions }: KeysOfRun): ReadonlyMap<string, Digest> {
  return global === null ? partitions : new Map([[GLOBAL_PARTITION, global], ...partitions]);
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
  const global = byKey.get(keys.get(GLOBAL_PARTITION) as Digest);
  const isGlobalKept =
    global !== undefined && !isWantedAgain(again, GLOBAL_PARTITION, global.status);
  const globalBy = isGlobalKept ? global.runId : undefined;
  return [...keys].flatMap(([partitionId, key]) => {
    const found = byKey.get(key);
    if (found === undefined || isWantedAgain(again, partitionId, found.status)) return [];
    return isStandIn(run.spec, found.runId, globalBy) ? [{ partitionId, from: found.runId }] : [];
  });
}

/** What stands in for selections of those partitions that are fitted: selected before under the same key, asked for by nobody. */
export async function selectionsTakenOver(
  run: RunRecord,
  { runs }: Pick<ActivityDependencies, 'runs'>,
  keys: ReadonlyMap<string, Digest>,
  trainings: readonly TakenOver[],
): Promise<readonly TakenOver[]> {
  if (!run.reuse) return [];
  const again = run.origin?.mode === 'retry' ? run.origin.again : null;
  const isTaken = new Set(trainings.map(({ partitionId }) => partitionId));
  const wanted = [...keys].filter(
    ([partitionId]) =>
      !isTaken.has(partitionId) &&
      // What is fitted again because it failed did not fail at selecting.
      !isWantedAgain(again, partitionId, 'trained'),
  );
  const earlier = await runs.earlierFoldSelections(wanted.map(([, key]) => key));
  const selectedBy = new Map(earlier.map(({ key, runId }) => [key, runId]));
  return wanted.flatMap(([partitionId, key]) => {
    const from = selectedBy.get(key);
    return from === undefined ? [] : [{ partitionId, from }];
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
