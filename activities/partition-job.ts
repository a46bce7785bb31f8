import { Failure } from '../src/domain/failure.ts';
import { asJson } from '../src/domain/json.ts';
import type { Engine, GroupedMap, Outcome, PartitionTask } from '../src/engines/engine.ts';
import type { Spec } from '../src/spec/spec.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { RunRecord } from '../src/stores/run-store.ts';

/** A day, and what the frames of a hundred million numbers need. */
const UNION_LIMITS = { seconds: 86_400, memoryMb: 16_384 };

/** A grouped map over a run's snapshot with the run's own columns, folds and limits. */
export function partitionJob(
  run: RunRecord,
  objects: ObjectStore,
  name: string,
  args: object,
  tasks: readonly PartitionTask[],
): GroupedMap {
  const snapshot = requireSnapshot(run);
  const { seconds, memory_mb: memoryMb } = run.spec.limits.per_partition;
  // An id is a text of its own in every row, and no function looks at it.
  const unread = new Set([run.spec.columns.id, ...run.spec.columns.drop]);
  return {
    snapshot: { digest: snapshot.digest, path: objects.path(snapshot.parquet) },
    columns: snapshot.columns.map((column) => column.name).filter((column) => !unread.has(column)),
    ...(run.plan === null ? {} : { folds: { path: objects.path(run.plan.folds) } }),
    tasks,
    fn: { name, args: asJson(args) },
    limits: { seconds, memoryMb },
  };
}

/** The same over the union of all partitions: `limits.per_partition` is about one partition, not about all their rows. */
export function unionJob(...job: Parameters<typeof partitionJob>): GroupedMap {
  const own = partitionJob(...job);
  return { ...own, limits: { ...UNION_LIMITS, heapMb: own.limits.memoryMb } };
}

/** Every outcome of a job by its task's position. */
export async function runJob(
  engine: Engine,
  job: GroupedMap,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const arrived of engine.map(job, signal)) {
    for (const outcome of arrived) outcomes[outcome.task] = outcome;
  }
  return outcomes;
}

export function requireSnapshot(run: RunRecord): NonNullable<RunRecord['snapshot']> {
  if (run.snapshot === null)
    throw new Failure('run-failed', `Run ${run.runId} has no snapshot yet.`);
  return run.snapshot;
}

export function requirePlan(run: RunRecord): NonNullable<RunRecord['plan']> {
  if (run.plan === null)
    throw new Failure('run-failed', `Run ${run.runId} is not conditioned yet.`);
  return run.plan;
}

/** The arguments that `train`, `evaluate` and their parts share. */
export function taskArgs(run: RunRecord): {
  readonly spec: Spec;
  readonly task: Spec['target']['task'];
  readonly classes: readonly string[];
} {
  return { spec: run.spec, task: run.spec.target.task, classes: requirePlan(run).classes };
}
