import { asJson, type JsonObject } from '../domain/json.ts';
import { type Frame, findColumn } from '../frame/frame.ts';
import {
  type PartitionContext,
  type PartitionData,
  type PartitionFunction,
  type PartitionResult,
  partitionRef,
} from '../partition/partition-function.ts';
import {
  type ArgsOf,
  type FactsOf,
  type FunctionName,
  findPartitionFunction,
} from '../partition/registry.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import type { DebugStep } from './requests.ts';

export type OnStep = (step: DebugStep) => void;

/** Calls partition functions on one partition's rows and tells each step. */
export class Debugging {
  readonly #partition: SnapshotPartition;
  readonly #rows: Pick<PartitionData, 'frame' | 'rowHashes'>;
  readonly #onStep: OnStep;

  constructor(
    partition: SnapshotPartition,
    { frame, rowHashes }: Pick<PartitionData, 'frame' | 'rowHashes'>,
    onStep: OnStep,
  ) {
    this.#partition = partition;
    this.#rows = { frame, rowHashes };
    this.#onStep = onStep;
  }

  run<Name extends FunctionName>(
    name: Name,
    args: ArgsOf<Name>,
    more: Partial<Pick<PartitionData, 'folds' | 'inputs'>>,
  ): PartitionResult<FactsOf<Name>> {
    return this.call(name, findPartitionFunction(name), args, more);
  }

  /** A function that no registry has. */
  call<Args, Facts extends object>(
    name: string,
    fn: PartitionFunction<Args, Facts>,
    args: Args,
    more: Partial<Pick<PartitionData, 'folds' | 'inputs'>> = {},
  ): PartitionResult<Facts> {
    const partition = partitionRef(this.#partition);
    const data: PartitionData = { partition, ...this.#rows, inputs: new Map(), ...more };
    const log: string[] = [];
    let since = performance.now();
    const lap = () => {
      const before = since;
      since = performance.now();
      return since - before;
    };
    const context: PartitionContext = {
      stop: new Int32Array(1),
      log: (line) => void log.push(line),
      trace: ({ name: step, ...sides }) =>
        this.#onStep({ name: `${name}: ${step}`, ...sides, ms: lap() }),
    };
    const started = performance.now();
    const result = fn(data, args, context);
    const { frame } = this.#rows;
    this.#onStep({
      name,
      inputs: { partition: partition.text, rows: frame.rowCount, columns: frameOutline(frame) },
      outputs: {
        ...asJson(result.facts),
        blobs: blobOutline(result.blobs),
        ...(log.length === 0 ? {} : { log }),
      },
      ms: performance.now() - started,
    });
    return result;
  }
}

/** Name → kind, how many are missing and the first value. */
function frameOutline(frame: Frame): JsonObject {
  return Object.fromEntries(
    frame.columns.map(({ name, kind }) => [name, { kind, first: firstValue(frame, name) }]),
  );
}

function firstValue(frame: Frame, name: string): string | number | null {
  const column = findColumn(frame, name);
  if (column === undefined || frame.rowCount === 0) return null;
  if (column.kind === 'category') return column.levels[column.codes[0] as number] ?? null;
  const value = (column.kind === 'number' ? column.values : column.micros)[0] as number;
  if (Number.isNaN(value)) return null;
  return column.kind === 'number' ? value : new Date(value / 1000).toISOString();
}

function blobOutline(blobs: PartitionResult['blobs']): JsonObject {
  return Object.fromEntries([...blobs].map(([name, bytes]) => [name, `${bytes.length} bytes`]));
}
