import type { ColumnType, Generated } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { FailureKind } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Metric, Task } from '../../domain/metric.ts';
import type {
  Again,
  Decision,
  FailureReason,
  PartitionReason,
  PartitionStatus,
  RunMode,
  RunStatus,
  Scope,
  SkipReason,
  Stage,
  Verdict,
} from '../../domain/run.ts';
import type { PlannedPartition } from '../../partition/condition.ts';
import type { EvaluateFacts } from '../../partition/evaluate-facts.ts';
import type { ProfileFacts } from '../../partition/profile-facts.ts';
import type { FoldSelections } from '../../partition/selection-facts.ts';
import type { TotalsFacts } from '../../partition/totals-facts.ts';
import type { TrainFacts } from '../../partition/train-facts.ts';
import type { Snapshot } from '../../sources/snapshot.ts';
import type { Spec } from '../../spec/spec.ts';
import type { ObjectKind } from '../impact.ts';
import type { BlendTables } from './blend-tables.ts';
import type { DefaultNow, LedgerTables } from './ledger-tables.ts';

/** The tables of `migrations/`, by their SQL names. Times are ISO 8601 text in UTC, seeds u64 as decimal text. */
export type Database = LedgerTables &
  BlendTables & {
    readonly object: ObjectTable;
    readonly object_location: ObjectLocationTable;
    readonly code_version: CodeVersionTable;
    readonly environment: EnvironmentTable;
    readonly spec: SpecTable;
    readonly experiment: ExperimentTable;
    readonly run: RunTable;
    readonly snapshot: SnapshotTable;
    readonly snapshot_partition: SnapshotPartitionTable;
    readonly run_snapshot: RunSnapshotTable;
    readonly batch: BatchTable;
    readonly profile: ProfileTable;
    readonly run_plan: RunPlanTable;
    readonly run_partition: RunPartitionTable;
    readonly step: StepTable;
    readonly step_attempt: StepAttemptTable;
    readonly step_io: StepIoTable;
    readonly parameters: ParametersTable;
    readonly training: TrainingTable;
    readonly candidate: CandidateTable;
    readonly selection: SelectionTable;
    readonly fold_selection: FoldSelectionTable;
    readonly model: ModelTable;
    readonly evaluation: EvaluationTable;
    readonly metric: MetricTable;
    readonly choice: ChoiceTable;
    readonly run_totals: RunTotalsTable;
    readonly run_report: RunReportTable;
    readonly bookmark: BookmarkTable;
    readonly arrival: ArrivalTable;
  };

/** A partition of a run, in the many tables that tell something about it. */
type OfPartition = { readonly run_id: string; readonly partition_id: string };

type ObjectTable = {
  readonly digest: Digest;
  readonly kind: ObjectKind;
  readonly byte_size: number | null;
  readonly created_at: DefaultNow;
};
type ObjectLocationTable = {
  readonly digest: Digest;
  readonly pack_digest: Digest;
  readonly byte_offset: number;
  readonly byte_length: number;
};
type CodeVersionTable = {
  readonly digest: Digest;
  readonly git_commit: string | null;
  readonly dirty: boolean;
  readonly source_digest: Digest;
  readonly lockfile_digest: Digest;
  readonly workflow_bundle_digest: Digest;
  readonly partition_bundle_digest: Digest | null;
};
type EnvironmentTable = { readonly digest: Digest; readonly facts: JsonObject };
type SpecTable = {
  readonly digest: Digest;
  readonly version: number;
  readonly task: Task;
  readonly metric: Metric;
  readonly document: Spec;
};
type ExperimentTable = { readonly id: Generated<number>; readonly name: string };
type RunTable = {
  readonly id: string;
  readonly experiment_id: number;
  readonly idempotency_key: string;
  readonly spec_digest: Digest;
  readonly code_digest: Digest;
  readonly environment_digest: Digest;
  readonly root_seed: number;
  readonly workflow_id: string;
  readonly base_folder: string;
  readonly requested_by: string;
  readonly mode: Generated<RunMode>;
  readonly origin_run_id: string | null;
  readonly reuse: Generated<boolean>;
  readonly again: ColumnType<Again | null, string | null, never>;
  readonly status: Generated<RunStatus>;
  readonly error: string | null;
  readonly error_kind: FailureKind | null;
  readonly not_reproducible: string | null;
  readonly created_at: DefaultNow;
  readonly started_at: string | null;
  readonly ended_at: string | null;
};

type SnapshotTable = {
  readonly id: Generated<number>;
  readonly digest: Digest;
  readonly schema_digest: Digest;
  readonly row_count: number;
  readonly partition_count: number;
  readonly created_at: DefaultNow;
};
type SnapshotPartitionTable = {
  readonly snapshot_id: number;
  readonly partition_id: string;
  readonly ordinal: number;
  readonly text: string;
  readonly digest: Digest;
  readonly row_start: number;
  readonly row_count: number;
};
type RunSnapshotTable = {
  readonly run_id: string;
  readonly snapshot_id: number;
  readonly file_digest: Digest;
  readonly columns: Snapshot['columns'];
  readonly source: Snapshot['source'];
  readonly excluded: Snapshot['excluded'];
  readonly cutoffs: Snapshot['cutoffs'];
  readonly warnings: Snapshot['warnings'];
};
type BatchTable = {
  readonly run_id: string;
  readonly stage: Stage;
  readonly number: number;
  readonly partition_ids: readonly string[];
};
type ProfileTable = OfPartition & { readonly snapshot_id: number; readonly facts: ProfileFacts };
type RunPlanTable = {
  readonly run_id: string;
  readonly classes: readonly string[];
  readonly folds_digest: Digest;
  readonly warnings: readonly string[];
};
type RunPartitionTable = OfPartition & {
  readonly ordinal: number;
  readonly snapshot_id: number | null;
  readonly text: string;
  readonly digest: Digest;
  readonly row_count: number;
  readonly ranges: PlannedPartition['ranges'];
  readonly decision: Decision['kind'];
  readonly reason: SkipReason | FailureReason | null;
  readonly merged_into: string | null;
  readonly training_key: Digest | null;
  readonly selection_key: Digest | null;
};

type StepTable = {
  readonly id: Generated<number>;
  readonly run_id: string;
  readonly stage: Stage;
  readonly scope: Scope;
  readonly batch: number;
  readonly attempt: number;
  readonly activity_id: string;
  readonly output_digest: Digest | null;
};
type StepAttemptTable = {
  readonly id: Generated<number>;
  readonly step_id: number;
  readonly attempt: number;
  readonly activity_id: string;
  readonly worker: string;
  readonly outcome: 'SUCCEEDED' | 'DUPLICATE' | 'LOST' | 'FAILED';
  readonly queued_at: string | null;
  readonly started_at: string;
  readonly ended_at: DefaultNow;
};
type StepIoTable = {
  readonly step_id: number;
  readonly run_id: string;
  readonly partition_id: string | null;
  readonly direction: 'in' | 'out';
  readonly role: string;
  readonly digest: Digest;
};

type ParametersTable = { readonly digest: Digest; readonly document: JsonObject };
type TrainingTable = OfPartition & {
  readonly step_id: number;
  readonly origin_run_id: string | null;
  readonly status: 'trained' | 'failed';
  readonly started_at: string;
  readonly ms: number;
  readonly log: string;
  readonly facts: TrainFacts | null;
  readonly predictions_pack: Digest | null;
  readonly predictions_offset: number | null;
  readonly predictions_length: number | null;
  readonly reason: FailureReason | null;
  readonly message: string | null;
  readonly stack: string | null;
};
type CandidateTable = OfPartition & {
  readonly number: number;
  readonly algorithm: string;
  readonly parameters_digest: Digest;
  readonly seed: string;
  readonly status: 'ok' | 'failed' | 'dropped';
  readonly because: string | null;
  readonly cv: number | null;
  readonly fold_scores: readonly (number | null)[];
  readonly fit_ms: number;
  readonly is_best: boolean;
};
type SelectionTable = OfPartition & {
  readonly method: string;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
};
type FoldSelectionTable = OfPartition & {
  readonly origin_run_id: string | null;
  readonly document: FoldSelections;
};
type ModelTable = OfPartition & {
  readonly digest: Digest;
  readonly pack_digest: Digest;
  readonly candidate: number | null;
  readonly algorithm: string;
  readonly parameters_digest: Digest;
  readonly seed: string;
  readonly trained_rows: number;
  readonly features: readonly string[];
};

type EvaluationTable = OfPartition & {
  readonly step_id: number;
  readonly facts: EvaluateFacts;
  readonly difference: number | null;
  readonly difference_low: number | null;
  readonly difference_high: number | null;
  readonly p_value: number | null;
};
type MetricTable = OfPartition & {
  readonly scope: Scope;
  readonly split: 'cv' | 'holdout';
  readonly name: Metric;
  readonly value: number | null;
  readonly because: string | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly row_count: number;
};
type ChoiceTable = OfPartition & {
  readonly step_id: number;
  readonly status: PartitionStatus;
  readonly reason: PartitionReason | null;
  readonly verdict: Verdict | null;
  readonly adjusted_p_value: number | null;
  readonly model_digest: Digest | null;
};
type RunTotalsTable = {
  readonly run_id: string;
  readonly step_id: number;
  readonly totals: TotalsFacts;
};
type RunReportTable = {
  readonly run_id: string;
  readonly step_id: number;
  readonly html_digest: Digest;
  readonly json_digest: Digest;
};
type BookmarkTable = {
  readonly run_id: string;
  readonly job: Digest;
  readonly place: ColumnType<JsonObject, string, string>;
  readonly begun_at: DefaultNow;
};
type ArrivalTable = {
  readonly run_id: string;
  readonly job: Digest;
  readonly id: Generated<number>;
  readonly position: ColumnType<JsonObject, string, never>;
  readonly content: Buffer;
};
