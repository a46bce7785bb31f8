import type { Digest } from '../domain/digest.ts';
import type { PartitionKey } from '../domain/partition.ts';
import type { PartitionStatus, Stage } from '../domain/run.ts';
import type { RunRecord } from './run-records.ts';

/** Something that became of a run, or of one of its stages, as other systems are told of it. */
export type Announcement = {
  readonly stage: Stage | null;
  readonly event: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly at: string;
  readonly run: RunRecord & {
    /** Of the code. */
    readonly sourceDigest: Digest;
    readonly gitCommit: string | null;
    readonly environment: Digest;
    /** Where its rows came from; null before they were read. */
    readonly location: string | null;
  };
  /** Of the snapshot; null before there is one. */
  readonly table: PartitionSet | null;
  /** Those that are trained; null before that is decided. */
  readonly trained: PartitionSet | null;
  /** How many partitions ended how; null before models were chosen. */
  readonly outcomes: { readonly [status in PartitionStatus]?: number } | null;
};

export type PartitionSet = {
  readonly count: number;
  readonly rows: number;
  /** Over the ids, in their order. */
  readonly digest: Digest;
  /** In text order; null where there are more than `LISTED_PARTITIONS`. */
  readonly listed: readonly { readonly text: string; readonly key: PartitionKey }[] | null;
};

/** An announcement stays small whatever the table. */
export const LISTED_PARTITIONS = 1000;

/** What the other side made of an announcement. */
export type Telling =
  | { readonly kind: 'told' }
  | { readonly kind: 'refused'; readonly why: string };

/** Announcements stand here, written with what they tell of, until somebody has taken them. */
export interface OutboxStore {
  /**
   * Hands over the oldest that waits; one at a time over all processes, so that none overtakes another. What `tell` throws
   * leaves it waiting. False: none waits, or another process is at it. May come twice, with the same content.
   */
  tellNext(tell: (announcement: Announcement) => Promise<Telling>): Promise<boolean>;
  /** How many wait. */
  waiting(): Promise<number>;
}
