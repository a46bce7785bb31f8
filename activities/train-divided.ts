import { isFailure } from '../src/domain/failure.ts';
import type { Outcome } from '../src/engines/engine.ts';
import type { RowRange } from '../src/frame/frame.ts';
import { isDivided } from '../src/partition/batch-plan.ts';
import { rankedMb } from '../src/partition/check-global-size.ts';
import type { PlannedPartition } from '../src/partition/condition.ts';
import type { TrainArgs, TrainResult } from '../src/partition/train-facts.ts';
import type { RunRecord } from '../src/stores/run-records.ts';
import type { EngineScope } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { partitionJob, requirePlan, requireSnapshot } from './partition-job.ts';
import { PartsTraining } from './train-parts.ts';

type Divided = {
  readonly run: RunRecord;
  readonly partition: PlannedPartition;
  readonly args: TrainArgs;
};

/** Whether a partition is trained alone, its candidates and folds shared by the threads of this machine. */
export function isAlone(
  { threadsFor }: Pick<ActivityDependencies, 'threadsFor'>,
  run: RunRecord,
  { rows, isParent }: Pick<PlannedPartition, 'rows' | 'isParent'>,
): boolean {
  const { rowCount: tableRows } = requireSnapshot(run);
  const threads = threadsFor(run.spec);
  return isParent !== true && isDivided(run.spec, rows, { tableRows, threads });
}

/**
 * What `train` gives of one partition, made in parts: the same bytes. Null where a part failed, also for its time or
 * memory, or its candidates predict more than can be ranked within the partition's limit: then it is to be trained in one piece,
 * which says of a failure what it says on every machine.
 */
export async function trainDivided(
  dependencies: ActivityDependencies,
  { run, partition, args }: Divided,
  { signal, bookmark }: EngineScope,
): Promise<Outcome<TrainResult> | null> {
  const { objects } = dependencies;
  const { partitionId: id, text, ranges, rows } = partition;
  const needed = rankedMb(run.spec, rows, args.classes);
  if (needed > run.spec.limits.per_partition.memory_mb) return null;
  const stored = await objects.get(requirePlan(run).folds);
  const training = new PartsTraining(
    {
      partition: { id, text, ranges },
      args,
      folds: foldsOf(stored, requireSnapshot(run).rowCount, ranges),
      maxRows: Infinity,
      job: (call) => partitionJob(run, objects, call),
    },
    { engine: await dependencies.engineFor(run.spec), objects, signal, bookmark },
  );
  const joined = await training.train().catch((error: unknown) => failedPart(error, signal));
  if (joined?.kind !== 'trained' || !joined.isWhole) return null;
  const { ms, log, facts, model, predictions } = joined;
  const blobs = new Map([
    ['predictions', predictions],
    ['model', model],
  ]);
  return { task: 0, kind: 'ok', ms, log, facts, blobs };
}

/** Parts side by side may need more memory than the machine has: their engine's end is not the run's. */
function failedPart(error: unknown, { aborted }: AbortSignal): null {
  if (aborted || (isFailure(error) && error.kind !== 'run-failed')) throw error;
  return null;
}

/** Of some rows of the table, repeat after repeat. */
function foldsOf(stored: Uint8Array, tableRows: number, ranges: readonly RowRange[]): Uint8Array {
  const repeats = stored.length / tableRows;
  const parts = Array.from({ length: repeats }, (_, repeat) =>
    ranges.map(({ start, count }) => {
      const from = repeat * tableRows + start;
      return stored.subarray(from, from + count);
    }),
  );
  return new Uint8Array(Buffer.concat(parts.flat()));
}
