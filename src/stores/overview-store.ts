import type { Digest } from '../domain/digest.ts';
import type { RunStatus } from '../domain/run.ts';
import type { Snapshot } from '../sources/snapshot.ts';

export type ExperimentEntry = {
  readonly experiment: string;
  readonly runs: number;
  readonly snapshots: number;
  readonly newest: {
    readonly runId: string;
    readonly status: RunStatus;
    readonly createdAt: string;
  };
};

/** A version of the data: rows that one run or several have read. */
export type SnapshotEntry = {
  /** Grows with every version that is seen for the first time. */
  readonly place: number;
  readonly digest: Digest;
  readonly rows: number;
  readonly partitions: number;
  readonly columns: number;
  /** As the newest of its runs read it. */
  readonly source: Snapshot['source'];
  readonly excluded: Snapshot['excluded'];
  readonly experiments: readonly string[];
  readonly runs: number;
  readonly newestRun: string;
  readonly firstSeenAt: string;
  readonly lastReadAt: string;
};

export type SnapshotPartitionEntry = {
  readonly ordinal: number;
  readonly partitionId: string;
  readonly text: string;
  readonly rows: number;
  readonly digest: Digest;
  /** Rows and digest of the same partition in the version that this one is compared with; null: it is not there. */
  readonly before: { readonly rows: number; readonly digest: Digest } | null;
};

/** What a spec holds in place of an address. */
export type ReferenceEntry = { readonly of: 'source' | 'engine'; readonly text: string };

/** What there is over all runs that were not deleted. */
export interface OverviewStore {
  /** Those with the newest run first; `before`: whose newest run is older than this one. */
  experiments(query: {
    readonly limit: number;
    readonly before?: string | undefined;
  }): Promise<readonly ExperimentEntry[]>;
  /** Throws `Failure('not-found')` for a digest that no run which is left has read. */
  snapshot(digest: Digest): Promise<SnapshotEntry>;
  /** The newest version first; `before`: of a smaller place. */
  snapshots(query: {
    readonly limit: number;
    readonly before?: number | undefined;
    readonly experiment?: string | undefined;
  }): Promise<readonly SnapshotEntry[]>;
  /** In text order. Throws `Failure('not-found')` for a digest that is no snapshot's. */
  snapshotPartitions(
    digest: Digest,
    query: {
      readonly after: number;
      readonly limit: number;
      /** Another version, to compare with. */
      readonly comparedTo?: Digest | undefined;
    },
  ): Promise<readonly SnapshotPartitionEntry[]>;
  /** Those of sources first, in text order; `after`: those behind this one. */
  references(query: {
    readonly limit: number;
    readonly after?: ReferenceEntry | undefined;
  }): Promise<readonly ReferenceEntry[]>;
}
