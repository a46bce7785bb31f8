import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { FailureReason } from '../domain/run.ts';
import type { PartitionRef, PartitionResult } from '../partition/partition-function.ts';
import type { PackHost, WaitingMember } from '../stores/objects/pack-target.ts';

/** Where a snapshot's rows lie. */
export type SnapshotRef = { readonly digest: Digest; readonly path: string };

/** A range of a file whose bytes a task is given under a name; ranges of one name are joined in order. */
export type InputRef = {
  readonly name: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
};

/**
 * One call of the partition function. A big partition may have several tasks that differ in `part`. `Input`: how inputs are
 * named before they are files of this machine.
 */
export type PartitionTask<Input = InputRef> = {
  readonly partition: PartitionRef;
  /** Merged over the job's arguments, and comes back with the outcome. */
  readonly part?: JsonObject;
  readonly inputs?: readonly Input[];
};

export type Limits = {
  readonly seconds: number;
  /** Of a task's rows and inputs. */
  readonly memoryMb: number;
  /** Of the JavaScript heap of who runs it; default `memoryMb`. Tasks of equal heaps share threads. */
  readonly heapMb?: number;
};

/**
 * A partition function: one of the registry, or an export of a user's ESM file (`module`: its absolute path) that imports
 * nothing but what Node has: a partition function, or what `partitionFunction` makes.
 */
export type FunctionRef = {
  readonly name: string;
  readonly module?: string;
  readonly args: JsonObject;
};

/** A file of one byte per snapshot row, in snapshot order; of several repeats those of one after those of another. */
export type FoldsRef = { readonly path: string /** Default: 1. */; readonly repeats?: number };

/** A grouped map: one partition function over many partitions of a snapshot. */
export type GroupedMap = {
  readonly snapshot: SnapshotRef;
  /** The columns that the function needs; nothing else is read. */
  readonly columns: readonly string[];
  /** Whether the function reads the hashes of its rows; else it is given none, and none are moved. */
  readonly rowHashes: boolean;
  readonly folds?: FoldsRef;
  /** Started in this order. */
  readonly tasks: readonly PartitionTask[];
  readonly fn: FunctionRef;
  readonly limits: Limits;
  /** A store that executors may leave blobs for, instead of sending them with their outcomes. */
  readonly store?: PackHost;
};

export type Outcome<Facts extends object = JsonObject> = {
  /** Index into `tasks`. */
  readonly task: number;
  /** Time inside the function, milliseconds. */
  readonly ms: number;
  /** What the function logged, at most 100 kB. */
  readonly log: string;
} & (
  | ({
      readonly kind: 'ok';
      /** Blobs that an executor left for the map's store, by name; those are not among `blobs`. */
      readonly stored?: ReadonlyMap<string, WaitingMember>;
    } & PartitionResult<Facts>)
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      readonly stack?: string;
    }
);

/** Outcomes that came together, as bytes, and where their engine goes on behind them; plain JSON, its own business. */
export type Arrival = { readonly position: JsonObject; readonly content: Uint8Array };

/** How far a cluster is with a job, in its own tasks. */
export type Advance = { readonly tasks: number; readonly done: number };

/**
 * What is known of a job outside of this process, so that the next attempt finds work that outlived the one that began
 * it. `job` tells it from every other job of the same run, and is the same in each attempt.
 */
export interface Bookmark {
  /** Where an earlier attempt began the job, and what had arrived of it, in order; `undefined` when none did. */
  find(
    job: Digest,
  ): Promise<{ readonly place: JsonObject; readonly arrivals: AsyncIterable<Arrival> } | undefined>;
  /** Says where the job is about to begin; what has arrived of it already stays. */
  begin(job: Digest, place: JsonObject): Promise<void>;
  keep(job: Digest, arrival: Arrival): Promise<void>;
  /** For whoever watches the run. */
  advance(advance: Advance): void;
}

/** The reason of a signal that says: this process leaves. What goes on without it may go on, for the next attempt. */
export class Departure extends Error {
  override readonly name = 'Departure';
}

/**
 * Where partition functions run. Outcomes arrive in any order, each exactly once; a bad partition is an outcome, never
 * a rejection. Aborting the signal ends the work on threads or executors and rejects with the signal's reason; with a
 * `Departure` as its reason, work that has a bookmark and needs no process of ours goes on.
 */
export interface Engine {
  readonly name: 'local' | 'spark';
  map(job: GroupedMap, signal: AbortSignal, bookmark?: Bookmark): AsyncIterable<readonly Outcome[]>;
  /** Rejects with `Failure('unreachable')` where the engine's machines can't read a snapshot; absent: they are this one. */
  probe?(snapshot: SnapshotRef, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
