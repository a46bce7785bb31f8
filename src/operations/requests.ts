import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { PartitionKey } from '../domain/partition.ts';
import type { Again, FailureReason, RunStatus, Stage } from '../domain/run.ts';
import type { MapSpec } from '../spec/parse-spec.ts';
import type { Spec } from '../spec/spec.ts';

/** A spec that passed `parseSpec`, and the folder that its relative paths start from. */
export type PreparedSpec = {
  readonly spec: Spec;
  readonly digest: Digest;
  readonly baseFolder: string;
};

export type SubmitOptions = {
  /** The same key again: the run that exists. */
  readonly idempotencyKey?: string | undefined;
  /** Who asks, where it is not who runs this process. */
  readonly requestedBy?: string;
  /** Default: true. False: everything is fitted again, whatever an earlier run has at hand. */
  readonly reuse?: boolean;
};

export type RetryRequest = {
  /** A run's id, or a unique prefix of it. */
  readonly run: string;
  readonly which: Again['which'];
  /** Of the partitions that this is about, one: its text or bare value. */
  readonly partition?: string | undefined;
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  readonly idempotencyKey?: string | undefined;
  readonly requestedBy?: string;
};

export type RetryResult = {
  /** Null: nothing was started. */
  readonly runId: string | null;
  readonly origin: string;
  /** Partitions, as far as can be told before the new run begins. */
  readonly again: number;
  readonly takenOver: number;
  /** Texts of those that are fitted again, at most 100. */
  readonly partitions: readonly string[];
  /** Why more is fitted again than was asked for. */
  readonly note: string | null;
};

/** How a run stands right now: what the progress bar and `status RUN` show. */
export type RunState = {
  readonly runId: string;
  readonly experiment: string;
  readonly status: RunStatus;
  /** Null before the first stage and after the last. */
  readonly stage: Stage | null;
  readonly paused: boolean;
  /** Batches in flight at once. */
  readonly concurrency: number;
  /** 0 = not known yet. */
  readonly partitions: number;
  readonly trained: number;
  readonly failed: number;
  /** Of the current stage. */
  readonly batches: { readonly done: number; readonly running: number; readonly total: number };
  /** How far a cluster is with the batches in flight, in its own tasks; null: none tells. */
  readonly cluster: { readonly tasks: number; readonly done: number } | null;
  /** Why something of it waits to be tried again, in one sentence. */
  readonly trouble: string | null;
  /** Why it failed, in one sentence. */
  readonly error: string | null;
};

export type RunSummary = {
  readonly runId: string;
  readonly experiment: string;
  readonly status: RunStatus;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly partitions: number | null;
  /** Of the partitions: those that nobody answers for; null where the run has not come to choose. */
  readonly unanswered: number | null;
};

export type AdviceRequest = PreparedSpec & {
  /** The most rows that are looked at. */
  readonly rows: number;
};

export type ReportFormat = 'html' | 'json' | 'md' | 'text';

export type CardFormat = 'html' | 'json' | 'md';

/** Forms of a model that other programs read. */
export type ExportFormat = 'json' | 'onnx';

/** Who asks for a change, where it is not who runs this process, and why. */
export type Asker = {
  readonly actor?: string;
  readonly role?: 'editor' | 'admin';
  readonly reason?: string | null | undefined;
};

export type RunControl =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'set-concurrency'; readonly concurrency: number };

export type PredictRequest = {
  /** A run's id, or a unique prefix of it: its model set answers. */
  readonly run: string;
  /** File with the columns that training saw. */
  readonly data: string;
  /** csv, parquet, jsonl or arrow by its ending. */
  readonly out: string;
  /** Absent: the engine of the run. */
  readonly engine?: 'local';
  /** So many columns of the data are named beside each row as what moved its prediction. */
  readonly explain?: number;
};

/** The same by a model set file in place of a run, in this process. */
export type SetPredictRequest = Omit<PredictRequest, 'run' | 'engine'> & { readonly set: string };

/** Parquet files by an absolute path, or a URL, that a cluster knows; or a table of its catalog. */
export type SparkPlace = { readonly path: string } | { readonly table: string };

/** A table that executors read, score and write. */
export type TablePredictRequest = {
  readonly run: string;
  /** Spark Connect server, or a reference to a variable; absent: the one of the run's spec. */
  readonly remote?: string;
  readonly data: SparkPlace;
  /** Where nothing is yet. */
  readonly out: SparkPlace;
};

export type PredictResult = {
  readonly out: string;
  readonly rows: number;
  /** Rows by who answered: own, global, baseline … */
  readonly rungs: { readonly [rung: string]: number };
  /** Rows whose prediction could not be explained, by the algorithm that can't say; left out where there are none. */
  readonly unexplained?: { readonly [algorithm: string]: number };
};

export type PredictionsRequest = {
  readonly run: string;
  readonly split: 'holdout' | 'oof';
  readonly out: string;
  /** No text in it is what a spreadsheet would run. */
  readonly isForPeople?: boolean;
};

/** A spec for `partita map`, and the folder that its relative paths start from. */
export type PreparedMap = MapSpec & { readonly baseFolder: string };

export type MapRequest = PreparedMap & {
  /** csv, parquet, jsonl or arrow by its ending, as is `report`. */
  readonly out: string;
  /** A line for each partition: how it ended, and what it printed. */
  readonly report?: string;
};

/** How a function ended on one partition. */
export type MappedPartition = {
  readonly key: PartitionKey;
  readonly partition: string;
  /** That it gave. */
  readonly rows: number;
  readonly ms: number;
  /** What it printed. */
  readonly log: string;
} & (
  | { readonly status: 'mapped' }
  | {
      readonly status: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      /** Line and column in the user's file, where its stack names one. */
      readonly place: string | null;
    }
);

export type MapResult = {
  readonly function: string;
  readonly engine: 'local' | 'spark';
  readonly snapshot: Digest;
  readonly out: string;
  readonly rows: number;
  readonly partitions: readonly MappedPartition[];
};

export type DebugMapRequest = PreparedMap & Pick<DebugRequest, 'partition'>;

export type DebugRequest = PreparedSpec & {
  /** Canonical text, or the bare value where the key is one column. */
  readonly partition: string;
  readonly stage: 'profile' | 'train' | 'evaluate';
};

export type SparkBundleRequest = {
  /** Where the archive goes under its own name, unless `out` says otherwise. */
  readonly folder: string;
  readonly out?: string;
  /** Node's program for the executors; default: the one that runs now. */
  readonly node?: string;
};

export type SparkBundle = {
  readonly path: string;
  /** What `spark.archives` may unpack it as: its name and a hash of its content. */
  readonly folder: string;
  readonly bytes: number;
  /** As `uname -m` says it. */
  readonly machine: string;
};

/** One step inside the partition function, in the order they ran. */
export type DebugStep = {
  readonly name: string;
  readonly inputs: JsonObject;
  readonly outputs: JsonObject;
  readonly ms: number;
};
