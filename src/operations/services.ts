import type { Digest } from '../domain/digest.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { PartitionKey } from '../domain/partition.ts';
import type { RunResult } from '../domain/result.ts';
import type { Again, FailureReason, RunStatus, Stage } from '../domain/run.ts';
import type { GivenRow } from '../sources/read-rows.ts';
import type { MapSpec } from '../spec/parse-spec.ts';
import type { Spec } from '../spec/spec.ts';
import type { AuditHead, AuditStore, AuditVerdict } from '../stores/audit-store.ts';
import type { CheckedInvariants } from '../stores/integrity-store.ts';
import type { ModelLineage } from '../stores/lineage-store.ts';
import type { Deletion } from '../stores/retention-store.ts';
import type { RunQuery } from '../stores/run-store.ts';
import type { AuditTrail } from './audit.ts';
import type { Garbage, GarbageRequest } from './collect-garbage.ts';
import type { RunComparison } from './compare-runs.ts';
import type { DriftRequest } from './drift.ts';
import type { FoundDrift } from './drifted-partitions.ts';
import type { MlflowExport } from './export-mlflow.ts';
import type { ModelCard } from './model-card.ts';
import type { ModelSets } from './model-sets.ts';
import type { Advice, RunPlan } from './outlook.ts';
import type { Overview } from './overview.ts';
import type { Quarantines } from './quarantines.ts';
import type { BundleRequest, Replayed } from './replay-bundle.ts';
import type { ReproduceOptions, ReproductionStart } from './reproduce.ts';
import type { Reproduction } from './reproduction.ts';
import type { RunFacts } from './run-facts.ts';
import type { Schedules } from './schedules.ts';
import type { ModelAnswer, ScoredRow, ScoreOptions } from './scorer.ts';
import type { SetFiles } from './set-files.ts';
import type { SourceLook } from './sources.ts';

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

/**
 * What the commands ask of the system; built by `src/compose.ts`, faked in tests. Making it opens nothing: each call
 * connects to what it needs and starts the embedded parts when they are not up. Every call throws `Failure`; a run is
 * named by its id or a unique prefix.
 */
export interface Services {
  /** Folder for what the commands leave behind (`.partita`). */
  readonly stateFolder: string;
  /** Records the run and starts it. */
  submit(prepared: PreparedSpec, options?: SubmitOptions): Promise<{ readonly runId: string }>;
  /** A new run on the rows that another one read, which fits again what is asked for and takes over the rest. */
  retry(request: RetryRequest): Promise<RetryResult>;
  /** Checks the bytes that a run read, and starts the same run on them with nothing taken over. */
  reproduce(run: string, by?: ReproduceOptions): Promise<ReproductionStart>;
  /** How such a run came out, step by step, against the one it reproduces. */
  compareReproduction(run: string): Promise<Reproduction>;
  /** The same, kept in the audit trail; a second time it is not kept again. */
  recordReproduction(run: string, by?: Asker): Promise<Reproduction>;
  /** What changed from one run to another, and what that did. */
  diff(a: string, b: string): Promise<RunComparison>;
  state(run: string): Promise<RunState>;
  /** Calls back at every change until the run has ended or `signal` aborts; resolves with the last state. */
  watch(run: string, onState: (state: RunState) => void, signal: AbortSignal): Promise<RunState>;
  control(run: string, control: RunControl, by?: Asker): Promise<RunState>;
  result(run: string): Promise<RunResult>;
  /** The same as JSON text, piece by piece, without a report. */
  resultText(run: string): Promise<AsyncIterable<string>>;
  /** The newest first. */
  runs(query: Omit<RunQuery, 'schedule' | 'isOpen'>): Promise<readonly RunSummary[]>;
  report(run: string, format: ReportFormat): Promise<string>;
  readonly facts: RunFacts;
  readonly overview: Overview;
  readonly sources: SourceLook;
  readonly audit: Pick<AuditStore, 'append' | 'list'>;
  /** Recomputes the whole trail and the rows it vouches for; `checkpoint`: an exported trail that it must begin with. */
  verifyAudit(checkpoint: string | undefined): Promise<AuditVerdict>;
  /** The trail as `exportAudit` writes it, line by line. */
  auditTrail(): Promise<AuditTrail>;
  /** Writes the trail to a file; gives where it ends. */
  exportAudit(out: string): Promise<AuditHead>;
  /** Which run answers for an experiment, under which name. */
  readonly modelSets: ModelSets;
  readonly quarantines: Quarantines;
  readonly schedules: Schedules;
  /** Hides a run that nobody wants; its bytes go with a later `collectGarbage`. */
  deleteRun(run: string, by?: Asker): Promise<Deletion>;
  restoreRun(run: string, by?: Asker): Promise<void>;
  /** Takes away the bytes that no kept run reaches; every row of the record stays. */
  collectGarbage(request: GarbageRequest): Promise<Garbage>;
  /** What this machine has of what is needed, and what to do about the rest; changes nothing. */
  diagnose(): Promise<readonly Finding[]>;
  /** Whether the rows of the record fit each other, and the files that they count on are there; starts and changes nothing. */
  checkIntegrity(): Promise<CheckedInvariants>;
  /** Temporal's own web pages; null when Temporal is not ours. */
  temporalUi(): Promise<string | null>;
  /** Reads the source; writes nothing. */
  plan(prepared: PreparedSpec): Promise<RunPlan>;
  /** Tries columns as the partition key on a sample of the source; writes nothing. */
  advise(request: AdviceRequest, signal?: AbortSignal): Promise<Advice>;
  predict(request: PredictRequest | SetPredictRequest): Promise<PredictResult>;
  /** Model sets as files of their own. */
  readonly setFiles: SetFiles;
  /** The same of a table that lies on a Spark cluster, by its executors. */
  predictTable(request: TablePredictRequest, signal: AbortSignal): Promise<PredictResult>;
  /** Lends how new data differ from those that a run was trained on, partition by partition. */
  drift<Result>(
    request: DriftRequest,
    use: (found: FoundDrift) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result>;
  /** A few rows, answered in this process by the models of a run that has ended; models stay open. */
  score(
    run: string,
    rows: readonly GivenRow[],
    options?: ScoreOptions,
  ): Promise<readonly ScoredRow[]>;
  /** The same by one model, whoever answers for the rows. Takes a digest or a unique prefix. */
  scoreByModel(
    model: string,
    rows: readonly GivenRow[],
    options?: ScoreOptions,
  ): Promise<readonly ModelAnswer[]>;
  /** Takes a digest or a unique prefix. */
  modelCard(model: string): Promise<ModelCard>;
  /** Everything that a reviewer asks of a model; takes a digest or a unique prefix. */
  card(model: string, format: CardFormat): Promise<string>;
  /** Columns: row, partition, scope, fold, truth, prediction, `p:CLASS` …, id, weight, repeat, candidate. */
  predictions(
    request: PredictionsRequest,
  ): Promise<{ readonly out: string; readonly rows: number }>;
  /** Every (run, partition) that made the model, with data, spec, code, parameters and seed. Takes a digest or a unique prefix. */
  lineage(model: string): Promise<ModelLineage>;
  /** A model with its whole pipeline; takes a digest or a unique prefix. */
  exportModel(model: string, format: ExportFormat): Promise<Uint8Array>;
  /** A run that has ended, with its models, to an MLflow server; what is there already is left alone. */
  exportToMlflow(run: string, url: string | undefined): Promise<MlflowExport>;
  /** Runs the very partition function in this process, on the real data of one partition. */
  debug(request: DebugRequest, onStep: (step: DebugStep) => void): Promise<JsonObject>;
  /** Writes what one partition of a run was trained on and with to a file that `replay` trains again. */
  bundlePartition(request: BundleRequest): Promise<{ readonly out: string; readonly rows: number }>;
  /** Trains again, in this process and without any server, what such a file holds. */
  replay(path: string): Promise<Replayed>;
  /** Applies a function to every partition and writes its rows; nothing of it is recorded. */
  map(
    request: MapRequest,
    onPartition: (partition: MappedPartition) => void,
    signal: AbortSignal,
  ): Promise<MapResult>;
  /** The same function in this process on one partition. */
  debugMap(request: DebugMapRequest, onStep: (step: DebugStep) => void): Promise<JsonObject>;
  /** Packs what executors of Spark need; talks to nobody. */
  bundleForSpark(request: SparkBundleRequest): Promise<SparkBundle>;
  /** Puts the example's table into the database for data; names its spec's file. */
  loadExample(): Promise<{ readonly spec: string; readonly rows: number }>;
  /** Brings the database to the newest schema; names the migrations that were applied. */
  migrate(): Promise<{ readonly applied: readonly string[] }>;
  /** Works on runs until `stop` aborts, then drains. */
  work(stop: AbortSignal): Promise<void>;
  /** Lets go of every connection; the embedded parts go on. */
  close(): Promise<void>;
}

/** Called by the first command that needs it: `--help`, `validate` and `init` start nothing. */
export type CreateServices = () => Promise<Services>;

/** Brings the database to the newest schema: what `up` asks for before there are services. */
export type MigrateDatabase = (addresses: {
  readonly owner: string;
  readonly app: string;
}) => Promise<unknown>;
