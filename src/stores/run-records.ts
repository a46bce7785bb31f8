import type { Digest } from '../domain/digest.ts';
import type { FailureKind } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type {
  Again,
  DriftStatus,
  FailureReason,
  RunMode,
  RunStatus,
  Scope,
  Stage,
} from '../domain/run.ts';
import type { Choice } from '../partition/choice.ts';
import type { PlannedPartition } from '../partition/condition.ts';
import type { JudgedColumn } from '../partition/drift/drift-facts.ts';
import type { JudgedScore } from '../partition/drift/judge-drift.ts';
import type { EvaluateFacts } from '../partition/evaluate-facts.ts';
import type { ProfileFacts } from '../partition/profile-facts.ts';
import type { FoldSelections } from '../partition/selection-facts.ts';
import type { TrainFacts } from '../partition/train-facts.ts';
import type { Snapshot, SnapshotColumn } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { PackMember } from './objects/pack.ts';

/** Which code, on which machine: stored with every run. */
export type CodeVersion = {
  readonly gitCommit: string | null;
  readonly dirty: boolean;
  readonly sourceDigest: Digest;
  readonly lockfileDigest: Digest;
  readonly workflowBundleDigest: Digest;
  /** What fits models, kernels included; null in records older than this field. */
  readonly partitionBundleDigest: Digest | null;
};

/** The run that another one starts from, and how. */
export type RunOrigin = {
  readonly runId: string;
} & (
  | { readonly mode: Extract<RunMode, 'retry'>; readonly again: Again }
  | { readonly mode: Extract<RunMode, 'reproduce' | 'drifted'> }
);

/** How the rows of a partition stand against those that an earlier run read. */
export type PartitionDrift = {
  readonly partitionId: string;
  readonly text: string;
  /**
   * `grown`: it had no model to stand alone, and its rows are others now; `quarantined`: what its model was made of, or its own
   * model, must not answer.
   */
  readonly status: DriftStatus | 'grown' | 'quarantined';
  /** Those that have drifted. */
  readonly columns: readonly JudgedColumn[];
  /** Of who answered, where it got worse on rows that nobody was trained on; null: not as far as can be told. */
  readonly score: JudgedScore | null;
};

export type NewRun = {
  readonly runId: string;
  /** The same key again: the run that exists. The same key with another spec: `Failure('conflict')`. */
  readonly idempotencyKey: string;
  readonly spec: Spec;
  readonly specDigest: Digest;
  readonly code: CodeVersion;
  readonly environment: JsonObject;
  readonly requestedBy: string;
  /** Why, in the words of who asks; kept in the audit trail. */
  readonly reason?: string | null;
  readonly workflowId: string;
  /** Folder that relative source paths start from. */
  readonly baseFolder: string;
  /** Default: null, a run of its own. */
  readonly origin?: RunOrigin | null;
  /** Whether results of earlier runs are taken over where nothing they depend on has changed. Default: true. */
  readonly reuse?: boolean;
};

export type RunRecord = {
  readonly runId: string;
  readonly experiment: string;
  readonly status: RunStatus;
  readonly spec: Spec;
  readonly specDigest: Digest;
  readonly workflowId: string;
  readonly baseFolder: string;
  readonly requestedBy: string;
  readonly origin: RunOrigin | null;
  readonly reuse: boolean;
  /** Of the code that was to fit its models; null where that was not recorded. */
  readonly partitionBundle: Digest | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly error: string | null;
  readonly errorKind: FailureKind | null;
  readonly snapshot: SnapshotRecord | null;
  /** Set by `condition`. */
  readonly plan: RunPlan | null;
  readonly report: { readonly html: Digest; readonly json: Digest } | null;
  /** `delete`: nobody wants it any more; `purge`: its bytes were collected, too. */
  readonly deletion: 'delete' | 'purge' | null;
};

export type SnapshotRecord = {
  readonly digest: Digest;
  readonly parquet: Digest;
  readonly columns: readonly SnapshotColumn[];
  readonly rowCount: number;
  readonly partitionCount: number;
  readonly excluded: { readonly [reason: string]: number };
  /** Where this run read the rows, redacted. */
  readonly source: Snapshot['source'];
  readonly cutoffs: readonly number[];
  readonly warnings: readonly string[];
};

/** What `condition` decided for the whole run. */
export type RunPlan = {
  readonly classes: readonly string[];
  readonly folds: Digest;
  readonly warnings: readonly string[];
};

export type ProfiledPartition = { readonly partitionId: string; readonly facts: ProfileFacts };

export type TrainedPartition = {
  readonly partitionId: string;
  /** The run that fitted it, where it was taken over. */
  readonly origin?: string;
  readonly startedAt: string;
  readonly ms: number;
  readonly log: string;
} & (
  | {
      readonly kind: 'trained';
      readonly facts: TrainFacts;
      readonly model: PackMember | null;
      readonly predictions: PackMember;
      /** To be recorded: what was selected here. Not read back with the rest: `takenFoldSelections`. */
      readonly foldSelections?: FoldSelections;
      /** The run that selected its columns, where that alone was taken over. */
      readonly selectionOrigin?: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      readonly stack?: string;
    }
);

export type EvaluatedPartition = { readonly partitionId: string; readonly facts: EvaluateFacts };

/** What `condition` decided for a run and its partitions. */
export type Conditioned = {
  readonly plan: RunPlan;
  readonly partitions: readonly PlannedPartition[];
  /** Left out where none are asked for. */
  readonly parents?: readonly PlannedPartition[];
  /** By partition id, the model without partition included: the key over everything that its training depends on. */
  readonly trainingKeys: ReadonlyMap<string, Digest>;
  readonly takenOver: readonly TakenOver[];
  /** The same of the columns that are selected for them: left out where none are. */
  readonly selectionKeys: ReadonlyMap<string, Digest>;
  /** Of trainings that are not. */
  readonly selectionsTakenOver: readonly TakenOver[];
};

/** A training of an earlier run, or its selection, that stands in for one of this run's own. */
export type TakenOver = { readonly partitionId: string; readonly from: string };

/** An earlier training with a key that is looked for. */
export type EarlierTraining = {
  readonly key: Digest;
  /** The run that fitted it. */
  readonly runId: string;
  readonly status: 'trained' | 'failed';
  /** The objects that its rows point to. */
  readonly packs: readonly Digest[];
};

/** Keys of trainings and of selections, whatever they are for. */
export type AskedKeys = {
  readonly trainings: readonly Digest[];
  readonly selections: readonly Digest[];
};

/** Those of them under which something stands on record. */
export type KnownKeys = {
  /** With the run that fitted. */
  readonly trainings: ReadonlyMap<Digest, string>;
  readonly selections: ReadonlySet<Digest>;
};

/** What an earlier run selected under a key that is looked for. */
export type EarlierFoldSelection = Pick<EarlierTraining, 'key' | 'runId'>;

/** One partition of a run with all that is known of it, for results and reports. */
export type PartitionRecord = PlannedPartition & {
  readonly digest: Digest;
  readonly profile: ProfileFacts | null;
  readonly trained: TrainedPartition | null;
  readonly evaluated: EvaluateFacts | null;
  readonly chosen: Choice | null;
};

/** Fences a late writer: an activity's attempt number, and who it is. */
export type Attempt = {
  readonly attempt: number;
  readonly activityId: string;
  readonly worker: string;
  /** When its activity was asked for first; default: `startedAt`. */
  readonly scheduledAt?: string;
  /** When this attempt at it was put into the queue, where that is known. */
  readonly queuedAt?: string;
  readonly startedAt: string;
};

/** The batches of a stage: rows in Postgres, named by number in workflow payloads. */
export type BatchPlan = { readonly stage: Stage; readonly batches: readonly (readonly string[])[] };

/** The id of the partition without partition, in `train` and `evaluate` rows. */
export const GLOBAL_PARTITION = 'global';

/** One candidate on one partition of a run. */
export type FitTime = {
  readonly algorithm: string;
  readonly parameters: JsonObject;
  readonly rows: number;
  /** Source columns that were kept. */
  readonly features: number;
  /** 0 = regression. */
  readonly classes: number;
  readonly folds: number;
  /** That a fit made: of a direct forecast one for each row ahead. */
  readonly models: number;
  /** Of the fits and predictions of all folds together. */
  readonly fitMs: number;
  /** Those of one training, of a partition in a run, have the same. */
  readonly training: string;
  /** Of that whole training. */
  readonly trainMs: number;
  /** Whether it selected columns: no run had lent them, and its spec asked for some. */
  readonly isSelecting: boolean;
};

/** A stage, or a batch of one, whose result is recorded once; `batch` 0 where the stage has no batches. */
export type StepName = {
  readonly runId: string;
  readonly stage: Stage;
  readonly scope: Scope;
  readonly batch: number;
};

/** Which runs are wanted. */
export type RunQuery = {
  readonly limit: number;
  /** Older than this run. */
  readonly before?: string;
  /** Only what may be other than it was when `since` was the newest: what is newer, and these. */
  readonly changed?: { readonly since: string; readonly among: readonly string[] };
  readonly experiment?: string;
  /** Only those that firings of this schedule began. */
  readonly schedule?: string;
  /** Only those that have not ended. */
  readonly isOpen?: boolean;
  /** Also those that were deleted. */
  readonly all?: boolean;
};
