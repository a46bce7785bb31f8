import type { FailureKind } from '../../domain/failure.ts';
import type { FailureReason } from '../../domain/run.ts';
import type {
  PartitionData,
  PartitionRef,
  PartitionResult,
} from '../../partition/partition-function.ts';
import type { FunctionRef, GroupedMap, InputRef, Outcome } from '../engine.ts';

/** From the engine to the pool process. */
export type PoolRequest =
  | {
      readonly kind: 'map';
      readonly job: number;
      readonly map: GroupedMap;
      /** The tasks of `map` that are still to do, in order. */
      readonly tasks: readonly number[];
    }
  | { readonly kind: 'continue'; readonly job: number; readonly tasks: readonly number[] }
  | { readonly kind: 'finish'; readonly job: number }
  | { readonly kind: 'cancel'; readonly job: number };

/** From the pool process to the engine. */
export type PoolReport =
  | { readonly kind: 'started'; readonly job: number; readonly task: number }
  | { readonly kind: 'outcome'; readonly job: number; readonly outcome: Outcome }
  | { readonly kind: 'cancelled'; readonly job: number }
  /** The data could not be read: no task of the job can run. */
  | { readonly kind: 'broken'; readonly job: number; readonly error: ErrorText };

/** An error on its way between processes, whose serialisation would drop a failure's kind. */
export type ErrorText = {
  readonly message: string;
  readonly kind?: FailureKind;
  readonly stack?: string;
};

/** A partition's rows and folds, on shared memory. */
export type LoadedPartition = Pick<PartitionData, 'frame' | 'rowHashes' | 'folds'>;

/** From the pool process to a thread; `log` and `stop` are written while the thread is busy. */
export type ThreadTask = {
  readonly fn: FunctionRef;
  readonly partition: PartitionRef;
  readonly loaded: LoadedPartition;
  readonly inputs: readonly InputRef[];
  /** Of the kernels' memory, which no limit of the thread bounds. */
  readonly memoryMb: number;
  readonly stop: Int32Array;
  readonly log: SharedArrayBuffer;
};

/** How one call of a partition function ended. */
export type TaskResult =
  | ({ readonly kind: 'ok' } & PartitionResult)
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      readonly stack?: string;
    };

/** From a thread to the pool process. */
export type ThreadReport = { readonly ms: number; readonly result: TaskResult };
