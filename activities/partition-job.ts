import { Failure } from '../src/domain/failure.ts';
import type { GroupedMap } from '../src/engines/engine.ts';
import { type Call, createJob, type Job } from '../src/engines/job.ts';
import { columnsRead } from '../src/partition/columns-read.ts';
import type { PlannedPartition } from '../src/partition/condition.ts';
import type { ArgsOf, FunctionName } from '../src/partition/registry.ts';
import { repeatsOf } from '../src/partition/repeats.ts';
import type { TrainArgs } from '../src/partition/train-facts.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { RunRecord } from '../src/stores/run-records.ts';
import { type StoredInput, withLocalInputs } from '../src/stores/stored-input.ts';

/** A day, and what the frames of a hundred million numbers need. */
const UNION_LIMITS = { seconds: 86_400, memoryMb: 16_384 };

/** A call whose inputs lie in the store. */
export type StoredCall<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>> = Call<
  Name,
  Shared,
  StoredInput
>;

/** A built-in function over partitions of a run's snapshot, with the run's own columns, folds and limits. */
export async function partitionJob<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
  run: RunRecord,
  objects: ObjectStore,
  call: StoredCall<Name, Shared>,
): Promise<Job<Name>> {
  return createJob(await rowsOf(run, objects), await localCall(call, objects));
}

/** The same of a batch of planned partitions, where every task is one: parents are in batches of their own, with the limits of unions. */
export function batchJob<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
  run: RunRecord,
  objects: ObjectStore,
  partitions: readonly Pick<PlannedPartition, 'isParent'>[],
  call: StoredCall<Name, Shared>,
): Promise<Job<Name>> {
  const jobOf = partitions.every(({ isParent }) => isParent) ? unionJob : partitionJob;
  return jobOf(run, objects, call);
}

/** The same over the union of all partitions, or of some: `limits.per_partition` is about one partition, not about all their rows. */
export async function unionJob<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
  run: RunRecord,
  objects: ObjectStore,
  call: StoredCall<Name, Shared>,
): Promise<Job<Name>> {
  const rows = await rowsOf(run, objects);
  const limits = { ...UNION_LIMITS, heapMb: rows.limits.memoryMb };
  return createJob({ ...rows, limits }, await localCall(call, objects));
}

async function localCall<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
  { tasks, ...call }: StoredCall<Name, Shared>,
  objects: ObjectStore,
): Promise<Call<Name, Shared>> {
  // Nothing but the inputs has changed, which the compiler can't follow through `part`.
  const local = (await withLocalInputs(tasks, objects)) as Call<Name, Shared>['tasks'];
  return { ...call, tasks: local };
}

async function rowsOf(
  run: RunRecord,
  objects: ObjectStore,
): Promise<Omit<GroupedMap, 'tasks' | 'fn' | 'rowHashes'>> {
  const snapshot = requireSnapshot(run);
  const { seconds, memory_mb: memoryMb } = run.spec.limits.per_partition;
  return {
    snapshot: { digest: snapshot.digest, path: await objects.path(snapshot.parquet) },
    columns: columnsRead(snapshot.columns, run.spec),
    ...(run.plan === null
      ? {}
      : { folds: { path: await objects.path(run.plan.folds), repeats: repeatsOf(run.spec) } }),
    limits: { seconds, memoryMb },
  };
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

/** The arguments that `train` and its parts share, whosever model it is. */
export function trainArgs(run: RunRecord): Omit<TrainArgs, 'replay' | 'scope'> {
  const { cutoffs, rowCount } = requireSnapshot(run);
  return { ...taskArgs(run), cutoffs, tableRows: rowCount };
}

/** The arguments that all functions share which come after the profile. */
export function taskArgs(run: RunRecord): ArgsOf<'rank'> {
  return { spec: run.spec, task: run.spec.target.task, classes: requirePlan(run).classes };
}
