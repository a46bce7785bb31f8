import type { FailureReason } from '../../domain/run.ts';
import type {
  PartitionData,
  PartitionRef,
  PartitionResult,
} from '../../partition/partition-function.ts';
import type { FunctionRef, InputRef } from '../engine.ts';

/** A partition's rows and folds, on shared memory. */
export type LoadedPartition = Pick<PartitionData, 'frame' | 'rowHashes' | 'folds'>;

/** From a process to its thread; `log` and `stop` are written while the thread is busy. */
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

/** From a thread to its process. */
export type ThreadReport = { readonly ms: number; readonly result: TaskResult };
