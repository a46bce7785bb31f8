import type { Digest } from '../domain/digest.ts';
import type { Decision, RunError, RunStatus, Stage } from '../domain/run.ts';
import type { Choice } from '../partition/choice.ts';
import type { PlannedPartition } from '../partition/condition.ts';
import type { EvaluateFacts } from '../partition/evaluate-facts.ts';
import type { ProfileFacts } from '../partition/profile-facts.ts';
import type { FoldSelections } from '../partition/selection-facts.ts';
import type { TotalsFacts } from '../partition/totals-facts.ts';
import type { Snapshot, SnapshotPartition } from '../sources/snapshot.ts';
import type {
  Attempt,
  BatchPlan,
  Conditioned,
  EarlierFoldSelection,
  EarlierTraining,
  EvaluatedPartition,
  FitTime,
  NewRun,
  PartitionDrift,
  PartitionRecord,
  ProfiledPartition,
  RunQuery,
  RunRecord,
  StepName,
  TrainedPartition,
} from './run-records.ts';

/**
 * What happened. Every write is one transaction of a few multi-row statements and may come twice: the second time
 * changes nothing (and records the attempt as a duplicate). A write of an attempt older than the newest is refused with
 * `Failure('conflict')`.
 */
export interface RunStore {
  /** For a run that is about to be made. Lists sort by it, so it holds the time of the store, which all machines share. */
  newRunId(): Promise<string>;
  createRun(run: NewRun): Promise<RunRecord>;
  /** Whether a run stands under the idempotency key. */
  hasKey(idempotencyKey: string): Promise<boolean>;
  /** Throws `Failure('not-found')`, naming runs with a similar id. Takes a full id or a unique prefix. */
  run(runId: string): Promise<RunRecord>;
  /** The newest first. */
  listRuns(query: RunQuery): Promise<readonly RunRecord[]>;
  /**
   * The newest run of a spec in a folder that ended with answers on data that it read itself, and was not deleted; null:
   * there is none.
   */
  newestReading(of: Pick<RunRecord, 'specDigest' | 'baseFolder'>): Promise<RunRecord | null>;
  /** Only legal moves; a move that was made before is a no-op. */
  setStatus(runId: string, status: RunStatus, error?: RunError): Promise<void>;

  recordSnapshot(
    runId: string,
    snapshot: Snapshot,
    parquet: { readonly digest: Digest; readonly byteSize: number },
    attempt: Attempt,
    /** What a run of the mode `drifted` found of each partition; asked for again where the write is tried again. */
    drift?: () => Iterable<PartitionDrift> | AsyncIterable<PartitionDrift>,
  ): Promise<void>;
  /** The same, in any order, streamed in pages; nothing for runs of another mode but those that adopted such a snapshot. */
  drift(runId: string): AsyncIterable<PartitionDrift>;
  /** The run reads what its origin read: the same rows from the same bytes. False: the origin has read nothing. */
  adoptSnapshot(runId: string, originRunId: string, attempt: Attempt): Promise<boolean>;
  /** Every partition of the run's snapshot, in ordinal order. */
  snapshotPartitions(runId: string): Promise<readonly SnapshotPartition[]>;
  planBatches(runId: string, plan: BatchPlan): Promise<void>;
  /** How many batches are planned for a stage; 0: none yet. */
  batchCount(runId: string, stage: BatchPlan['stage']): Promise<number>;
  /** The snapshot partitions (stage profile) or planned partitions of a batch, in plan order. */
  snapshotBatch(runId: string, number: number): Promise<readonly Snapshot['partitions'][number][]>;
  /** The partitions as `condition` planned them, in ordinal order; without parents. */
  planned(runId: string): Promise<readonly PlannedPartition[]>;
  plannedBatch(runId: string, stage: Stage, number: number): Promise<readonly PlannedPartition[]>;

  /** `folds`: the object with this batch's fold bytes, partition after partition. */
  recordProfiles(
    runId: string,
    number: number,
    profiles: readonly ProfiledPartition[],
    folds: Digest,
    attempt: Attempt,
  ): Promise<void>;
  /** Every profile with its snapshot partition, in ordinal order, and the fold segments in batch order. */
  profiles(
    runId: string,
  ): Promise<readonly (Snapshot['partitions'][number] & { readonly facts: ProfileFacts })[]>;
  foldSegments(runId: string): Promise<readonly Digest[]>;
  /**
   * Trainings with a model under one of the keys, one per key and the oldest first, but for those of a snapshot that is in
   * quarantine; those that ended without a model, or on such a snapshot, only where `failuresOf` names their run.
   */
  earlierTrainings(
    keys: readonly Digest[],
    failuresOf: string | null,
  ): Promise<readonly EarlierTraining[]>;
  /** Selections under one of the keys, one per key and the oldest first; of a snapshot that is in quarantine none. */
  earlierFoldSelections(keys: readonly Digest[]): Promise<readonly EarlierFoldSelection[]>;
  /** The plan, its partitions, and what is taken over from earlier runs: one commit. */
  recordCondition(runId: string, conditioned: Conditioned, attempt: Attempt): Promise<void>;
  /** What `condition` decided, by partition id; empty before. */
  decisions(runId: string): Promise<ReadonlyMap<string, Decision['kind']>>;
  /** Of the partitions to be trained, those that this run did not take over. */
  untrained(runId: string): Promise<ReadonlySet<string>>;
  /** What an earlier run selected for those of the partitions where the run took it over. */
  takenFoldSelections(
    runId: string,
    partitionIds: readonly string[],
  ): Promise<ReadonlyMap<string, FoldSelections>>;

  /** Records the steps features, select and train with candidates, metrics, models, inputs and outputs. */
  recordTraining(
    runId: string,
    number: number,
    trained: readonly TrainedPartition[],
    attempt: Attempt,
  ): Promise<void>;
  /** The model without partition; `partitionId` is `GLOBAL_PARTITION`. Predictions cover every snapshot row. */
  recordGlobalTraining(runId: string, trained: TrainedPartition, attempt: Attempt): Promise<void>;
  globalTraining(runId: string): Promise<TrainedPartition | null>;
  trained(
    runId: string,
    partitionIds: readonly string[],
  ): Promise<ReadonlyMap<string, TrainedPartition>>;
  recordEvaluation(
    runId: string,
    number: number,
    evaluated: readonly EvaluatedPartition[],
    attempt: Attempt,
  ): Promise<void>;
  recordChoice(
    runId: string,
    chosen: readonly Choice[],
    totals: TotalsFacts,
    attempt: Attempt,
  ): Promise<void>;
  recordReport(
    runId: string,
    report: { readonly html: Digest; readonly json: Digest; readonly byteSizes: readonly number[] },
    attempt: Attempt,
  ): Promise<void>;

  /** Whether an earlier attempt of the same activity has recorded the step: then nothing is left to do of it. */
  hasRecorded(step: StepName, attempt: Attempt): Promise<boolean>;

  /** Every partition of a run, ordered by text, streamed in pages. */
  partitions(runId: string): AsyncIterable<PartitionRecord>;
  partition(runId: string, textOrKey: string): Promise<PartitionRecord>;
  /** The parents of partitions that were to get models, in the order of their rows; of the given ids, or all. */
  parents(runId: string, ids?: readonly string[]): Promise<readonly PartitionRecord[]>;
  /** The evaluation of the model without partition, and the totals over served rows. */
  totals(
    runId: string,
  ): Promise<{ readonly global: EvaluateFacts | null; readonly totals: TotalsFacts | null }>;
  /** Milliseconds per stage, attempts and retries included. */
  timings(runId: string): Promise<{ readonly [stage: string]: number }>;
  /** How long candidates took on single partitions: the newest, at most `limit`. */
  fitTimes(limit: number): Promise<readonly FitTime[]>;
}
