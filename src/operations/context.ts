import type { JsonObject } from '../domain/json.ts';
import type { Engine } from '../engines/engine.ts';
import type { ScoredTable, TableScoring } from '../engines/spark/scoring/score-table.ts';
import type { Maker } from '../partition/reuse-keys.ts';
import type { SnapshotRequest } from '../sources/make-snapshot.ts';
import type { Snapshot } from '../sources/snapshot.ts';
import type { Spec, TableSpec } from '../spec/spec.ts';
import type { AnnotationStore } from '../stores/annotation-store.ts';
import type { AuditStore } from '../stores/audit-store.ts';
import type { BookmarkStore } from '../stores/bookmark-store.ts';
import type { LineageStore } from '../stores/lineage-store.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { OutboxStore } from '../stores/outbox-store.ts';
import type { OverviewStore } from '../stores/overview-store.ts';
import type { QuarantineStore } from '../stores/quarantine-store.ts';
import type { RegistryStore } from '../stores/registry-store.ts';
import type { RetentionStore } from '../stores/retention-store.ts';
import type { RunFactsStore } from '../stores/run-facts.ts';
import type { AskedKeys, CodeVersion, FitTime, KnownKeys } from '../stores/run-records.ts';
import type { RunStore } from '../stores/run-store.ts';
import type { LiveRuns } from '../temporal/runs.ts';

/** What reads a source and computes in this process: it needs no server of ours. */
export type Workshop = {
  readonly engineFor: (spec: Pick<TableSpec, 'engine'>) => Promise<Engine>;
  readonly snapshotRequest: (spec: TableSpec, baseFolder: string) => SnapshotRequest;
  readonly takeSnapshot: (
    request: SnapshotRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly snapshot: Snapshot; readonly parquetPath: string }>;
  /** Of a table that lies on the cluster of the spec. */
  readonly scoreTable: (scoring: TableScoring, signal: AbortSignal) => Promise<ScoredTable>;
  /** How long fits took before; none where no server that knows runs now. */
  readonly fitTimes: () => Promise<readonly FitTime[]>;
  /** Which of these are keys of trainings and selections that stand on record; none where no server that knows runs now. */
  readonly knownKeys: (asked: AskedKeys) => Promise<KnownKeys>;
  /** Who would fit. */
  readonly maker: () => Promise<Maker>;
  /** That train at once. */
  readonly threadsFor: (spec: Spec) => number;
};

/** What the operations act on; built by `src/compose.ts`. */
export type OperationContext = Workshop & {
  readonly runs: RunStore;
  readonly facts: RunFactsStore;
  readonly overview: OverviewStore;
  readonly lineage: LineageStore;
  readonly audit: AuditStore;
  readonly bookmarks: BookmarkStore;
  readonly outbox: OutboxStore;
  readonly registry: RegistryStore;
  readonly quarantine: QuarantineStore;
  readonly annotations: AnnotationStore;
  readonly retention: RetentionStore;
  readonly objects: ObjectStore;
  /** Connects at the first call: its client takes most of a second to load, and what has ended is in Postgres. */
  readonly temporal: () => Promise<LiveRuns>;
  /** Temporal's own web pages; null when Temporal is not ours. */
  readonly temporalUi: string | null;
  /** Reads the build and asks git: for what records it. */
  readonly codeVersion: () => Promise<CodeVersion>;
  readonly environment: JsonObject;
  readonly user: string;
  /** Where the pages of runs lie under names that a browser opens. */
  readonly reportsFolder: string;
  /** Batches in flight at once in a new run. */
  readonly concurrency: number;
};
