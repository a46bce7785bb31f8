import type { Digest } from '../src/domain/digest.ts';
import type { JsonObject } from '../src/domain/json.ts';
import type { Engine } from '../src/engines/engine.ts';
import type { SnapshotRequest } from '../src/sources/make-snapshot.ts';
import type { Snapshot } from '../src/sources/snapshot.ts';
import type { Spec } from '../src/spec/spec.ts';
import type { BookmarkStore } from '../src/stores/bookmark-store.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { QuarantineStore } from '../src/stores/quarantine-store.ts';
import type { RunFactsStore } from '../src/stores/run-facts.ts';
import type { CodeVersion } from '../src/stores/run-records.ts';
import type { RunStore } from '../src/stores/run-store.ts';

/** Everything that activities act on; built in `src/compose.ts`, replaced by stores in memory in tests. */
export type ActivityDependencies = {
  readonly runs: RunStore;
  readonly objects: ObjectStore;
  readonly bookmarks: BookmarkStore;
  readonly facts: Pick<RunFactsStore, 'serving'>;
  readonly quarantine: Pick<QuarantineStore, 'quarantines' | 'keptFromQuarantine' | 'withheld'>;
  readonly engineFor: (spec: Spec) => Promise<Engine>;
  /** That train at once on this machine. */
  readonly threadsFor: (spec: Spec) => number;
  readonly takeSnapshot: (
    request: SnapshotRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly snapshot: Snapshot; readonly parquetPath: string }>;
  readonly snapshotRequest: (spec: Spec, baseFolder: string) => SnapshotRequest;
  /** Of the bundle of partition functions, kernels included: part of the key under which trainings are found again. */
  readonly partitionBundle: Digest;
  /** Node, V8, machine of this process. */
  readonly environment: JsonObject;
  /** Of this process: what a run that it begins is recorded with. */
  readonly codeVersion: () => Promise<CodeVersion>;
  /** Whether Temporal knows what runs are found by. */
  readonly isSearchable: boolean;
  /** Batches in flight at once in a new run. */
  readonly concurrency: number;
  /** A folder on the object store's volume for files on their way in. */
  readonly scratchFolder: string;
};
