import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import { GLOBAL_TEXT } from '../domain/partition.ts';
import { isFitted, type Scope } from '../domain/run.ts';
import { digestBytes } from '../frame/digest.ts';
import type { Spec } from '../spec/spec.ts';
import type { PlannedPartition, ProfiledRef } from './condition.ts';
import {
  selectionKeys,
  type TrainingInputs,
  type TrainingMakers,
  trainingKeys,
} from './training-key.ts';

/** What is known of a run when training is about to begin. */
export type Fittable = {
  readonly spec: Spec;
  readonly snapshot: { readonly digest: Digest } & Pick<TrainingMakers, 'columns' | 'cutoffs'>;
  readonly classes: readonly string[];
  /** Parents with them. */
  readonly partitions: readonly PlannedPartition[];
  readonly profiled: readonly (Pick<ProfiledRef, 'start'> & { readonly digest: Digest })[];
  /** One byte per row of the snapshot; what other repeats have, which follow, is a matter of the first and the spec. */
  readonly folds: Uint8Array;
};

/** Who fits: part of every key. */
export type Maker = { readonly code: Digest; readonly environment: JsonObject };

export type KeysOfRun = {
  /** Of the model without partition; null where there is none. */
  readonly global: Digest | null;
  /** By id, of every partition that gets a model, parents included. */
  readonly partitions: ReadonlyMap<string, Digest>;
};

const NO_KEYS: KeysOfRun = { global: null, partitions: new Map() };

/** Under which every training of a run is found again, and the selection of its columns; none where none are selected. */
export function reuseKeys(
  fittable: Fittable,
  maker: Maker,
): { readonly trainings: KeysOfRun; readonly selections: KeysOfRun } {
  const { spec, snapshot, classes } = fittable;
  const { columns, cutoffs } = snapshot;
  const makers = { spec, columns, cutoffs, classes, ...maker };
  const inputs = inputsOf(fittable);
  const globalKey = trainingKeys({ ...makers, scope: 'global' })(inputs.global);
  const isWarm = spec.tune.warm_start === true && spec.global.enabled;
  const warmStart = isWarm ? globalKey : undefined;
  return {
    trainings: keysOf(fittable, inputs, (scope) =>
      trainingKeys({ ...makers, scope, ...(scope !== 'global' && { warmStart }) }),
    ),
    selections:
      spec.features.select.method === 'none'
        ? NO_KEYS
        : keysOf(fittable, inputs, (scope) => selectionKeys({ ...makers, scope })),
  };
}

export function allKeys({ global, partitions }: KeysOfRun): readonly Digest[] {
  return [...(global === null ? [] : [global]), ...partitions.values()];
}

/**
 * Whether a training that is found under its key stands in for one of this run: with a warm start it began with what the
 * model without partition of its own run had found, which may have failed, or come to the end of a budget.
 */
export function isStandIn(
  { tune }: Pick<Spec, 'tune'>,
  fittedBy: string,
  globalFittedBy: string | undefined,
): boolean {
  return tune.warm_start !== true || fittedBy === globalFittedBy;
}

type Inputs = {
  readonly global: TrainingInputs;
  readonly partitions: readonly (PlannedPartition & { readonly inputs: TrainingInputs })[];
};

function inputsOf({ snapshot, partitions, profiled, folds }: Fittable): Inputs {
  const rowsAt = new Map(profiled.map(({ start, digest }) => [start, digest]));
  return {
    global: { text: GLOBAL_TEXT, rows: [snapshot.digest], folds: digestBytes(folds) },
    partitions: partitions
      .filter(({ decision }) => isFitted(decision))
      .map((partition) => {
        const { text, ranges } = partition;
        const parts = ranges.map(({ start, count }) => folds.subarray(start, start + count));
        const rows = ranges.flatMap(({ start }) => rowsAt.get(start) ?? []);
        return { ...partition, inputs: { text, rows, folds: digestBytes(Buffer.concat(parts)) } };
      }),
  };
}

function keysOf(
  { spec }: Fittable,
  { global, partitions }: Inputs,
  keys: (scope: Scope) => (inputs: TrainingInputs) => Digest,
): KeysOfRun {
  const [own, parent] = [keys('own'), keys('parent')];
  return {
    global: spec.global.enabled ? keys('global')(global) : null,
    partitions: new Map(
      partitions.map(({ partitionId, isParent, inputs }) => [
        partitionId,
        (isParent === true ? parent : own)(inputs),
      ]),
    ),
  };
}
