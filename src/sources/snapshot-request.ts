import type { TableSpec } from '../spec/spec.ts';
import type { SnapshotColumn } from './snapshot.ts';

/** Everything that a snapshot is made from; plain data, since it travels to a process of its own. */
export type SnapshotRequest = {
  readonly spec: TableSpec;
  /** Folder that relative source paths start from. */
  readonly baseFolder: string;
  /** Where the Parquet file goes, and tables bigger than memory on the way. */
  readonly outputFolder: string;
  /** Address of a Postgres source, secrets resolved (see `source-url.ts`): never shown, logged or stored. */
  readonly sourceUrl?: string;
  readonly limits: SnapshotLimits;
  /**
   * The columns as training read them: then the rows are read to be scored. One row is enough, what training did not
   * see is ignored, and only the key has to be there.
   */
  readonly trained?: readonly SnapshotColumn[];
};

export type SnapshotLimits = {
  /** Memory of the process that makes the snapshot. */
  readonly memoryMb: number;
  /** What it may write: tables bigger than memory, what sorting spills, and the snapshot. */
  readonly diskMb: number;
  readonly seconds: number;
  readonly threads: number;
};

export const DEFAULT_SNAPSHOT_LIMITS: SnapshotLimits = {
  memoryMb: 2048,
  diskMb: 65_536,
  seconds: 3600,
  threads: 2,
};

/** What a snapshot is at, for people. */
export type SnapshotProgress = {
  readonly step: 'reading' | 'typing' | 'hashing' | 'writing';
  readonly rows: number;
};
export type OnProgress = (progress: SnapshotProgress) => void;
