import type { JsonObject } from '../domain/json.ts';
import type { Frame, RowRange } from '../frame/frame.ts';

/** One partition, or a union of partitions (the global model), of a snapshot. */
export type PartitionRef = {
  readonly id: string;
  readonly text: string;
  /** Row ranges in the snapshot, ascending; one for a partition, several for a union. */
  readonly ranges: readonly RowRange[];
};

/** The reference to a partition that is one range of the snapshot. */
export function partitionRef({
  id,
  text,
  start,
  count,
}: Pick<PartitionRef, 'id' | 'text'> & RowRange): PartitionRef {
  return { id, text, ranges: [{ start, count }] };
}

/** What a partition function sees. Buffers may be shared: never write into them. */
export type PartitionData = {
  readonly partition: PartitionRef;
  /** The columns that the job names, rows in canonical order (a union: member after member). */
  readonly frame: Frame;
  /** 16 bytes per row; empty where the job does not ask for them. */
  readonly rowHashes: Uint8Array;
  /** One byte per row, see `estimators/folds.ts`; absent before folds exist. */
  readonly folds?: Uint8Array;
  /** The bytes that the task names as inputs (a model, stored predictions). */
  readonly inputs: ReadonlyMap<string, Uint8Array>;
};

/** A step inside a partition function, for whoever looks over its shoulder. */
export type TraceStep = {
  readonly name: string;
  readonly inputs: JsonObject;
  readonly outputs: JsonObject;
};

export type PartitionContext = {
  /** `stop[0] !== 0`: end soon. */
  readonly stop: Int32Array;
  /** Text for the user, kept with the partition. */
  readonly log: (line: string) => void;
  /** Given by `debug` only: engines don't look. */
  readonly trace?: ((step: TraceStep) => void) | undefined;
};

/** Facts that the lineage keeps (plain JSON, no NaN: a number that does not exist is null) and named bytes (models, predictions, fold numbers). */
export type PartitionResult<Facts extends object = JsonObject> = {
  readonly facts: Facts;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
};

/**
 * A pure function from one partition's data to a result: what every engine runs. `Args` and `Facts` are plain JSON.
 * Throws `Failure` for an outcome that is the data's fault; anything else thrown is a bug and fails this partition only.
 */
export type PartitionFunction<Args = JsonObject, Facts extends object = JsonObject> = (
  data: PartitionData,
  args: Args,
  context: PartitionContext,
) => PartitionResult<Facts>;
