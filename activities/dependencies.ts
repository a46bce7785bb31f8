import type { Engine } from '../src/engines/engine.ts';
import type { SnapshotRequest } from '../src/sources/make-snapshot.ts';
import type { Snapshot } from '../src/sources/snapshot.ts';
import type { Spec } from '../src/spec/spec.ts';
import type { BookmarkStore } from '../src/stores/bookmark-store.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { RunStore } from '../src/stores/run-store.ts';

/** Everything that activities act on; built in `src/compose.ts`, replaced by stores in memory in tests. */
export type ActivityDependencies = {
  readonly runs: RunStore;
  readonly objects: ObjectStore;
  readonly bookmarks: BookmarkStore;
  readonly engineFor: (spec: Spec) => Engine;
  readonly takeSnapshot: (
    request: SnapshotRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly snapshot: Snapshot; readonly parquetPath: string }>;
  readonly snapshotRequest: (spec: Spec, baseFolder: string) => SnapshotRequest;
  /** A folder on the object store's volume for files on their way in. */
  readonly scratchFolder: string;
};
