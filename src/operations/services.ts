import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { RunResult } from '../domain/result.ts';
import type { GivenRow } from '../sources/read-rows.ts';
import type { AuditHead, AuditStore, AuditVerdict } from '../stores/audit-store.ts';
import type { CheckedInvariants } from '../stores/integrity-store.ts';
import type { ModelLineage } from '../stores/lineage-store.ts';
import type { Deletion } from '../stores/retention-store.ts';
import type { RunQuery } from '../stores/run-records.ts';
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
import type {
  AdviceRequest,
  Asker,
  CardFormat,
  DebugMapRequest,
  DebugRequest,
  DebugStep,
  ExportFormat,
  MappedPartition,
  MapRequest,
  MapResult,
  PredictionsRequest,
  PredictRequest,
  PredictResult,
  PreparedSpec,
  ReportFormat,
  RetryRequest,
  RetryResult,
  RunControl,
  RunState,
  RunSummary,
  SetPredictRequest,
  SparkBundle,
  SparkBundleRequest,
  SubmitOptions,
  TablePredictRequest,
} from './requests.ts';
import type { RunFacts } from './run-facts.ts';
import type { Schedules } from './schedules.ts';
import type { ModelAnswer, ScoredRow, ScoreOptions } from './scorer.ts';
import type { SetFiles } from './set-files.ts';
import type { SourceLook } from './sources.ts';

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
