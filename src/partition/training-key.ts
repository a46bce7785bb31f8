import type { Digest } from '../domain/digest.ts';
import { asJson, type JsonObject } from '../domain/json.ts';
import type { Scope } from '../domain/run.ts';
import { digestJson } from '../frame/digest.ts';
import type { Spec } from '../spec/spec.ts';

/** What all trainings of one run depend on. */
export type TrainingMakers = {
  readonly spec: Spec;
  readonly scope: Scope;
  /** Names and kinds of the snapshot's columns. */
  readonly columns: readonly { readonly name: string; readonly kind: string }[];
  readonly classes: readonly string[];
  /** Of the bundle of partition functions and kernels. */
  readonly code: Digest;
  /** Node, V8, machine: equal bytes are promised on equal ones only. */
  readonly environment: JsonObject;
  /** µs UTC: where folds and holdout begin in the time scheme. */
  readonly cutoffs: readonly number[];
  /** The key of the model without partition, where searches begin with its winners. */
  readonly warmStart?: Digest | undefined;
};

/** What a partition's training depends on besides. */
export type TrainingInputs = {
  /** Its canonical text: seeds are made from it. */
  readonly text: string;
  /** Of its rows, one for every member of a union. */
  readonly rows: readonly Digest[];
  /** Of the fold byte of each of its rows. */
  readonly folds: Digest;
};

/** Fields that no fit depends on, or that the rows, their texts and their folds have in them already. */
const APART = [
  'version',
  'name',
  'data',
  'partition',
  'global',
  'engine',
  'limits',
  'strict',
  'intervals',
];

/** Fields of candidates, of what is done to their rows and their answers, and of how they are searched and judged. */
const OF_CANDIDATES = [
  'candidates',
  'tune',
  'metric',
  'probabilities',
  'ensemble',
  'explain',
  'features',
];

/**
 * The one key of the train-once ledger (DESIGN §10): two trainings with equal keys give equal bytes. What a spec says
 * about anything unknown counts as relevant.
 */
export function trainingKeys(makers: TrainingMakers): (inputs: TrainingInputs) => Digest {
  const { warmStart } = makers;
  return keysOver(makers, {
    spec: specWithout(makers.spec, APART),
    ...(warmStart === undefined ? {} : { warmStart }),
  });
}

/** The same of what is selected for a training, which no candidate has a part in, and no way to judge one. */
export function selectionKeys(
  makers: Omit<TrainingMakers, 'warmStart'>,
): (inputs: TrainingInputs) => Digest {
  const { engineer, select } = makers.spec.features;
  const { positive: _positive, quantile: _quantile, ...target } = makers.spec.target;
  return keysOver(makers, {
    stage: 'select',
    spec: { ...specWithout(makers.spec, [...APART, ...OF_CANDIDATES]), target, engineer, select },
  });
}

function keysOver(
  { spec, scope, columns, classes, code, environment, cutoffs }: TrainingMakers,
  more: object,
): (inputs: TrainingInputs) => Digest {
  const shared = digestJson(
    asJson({
      ...more,
      timezone: spec.data.timezone,
      key: spec.partition.by,
      scope,
      ...(scope === 'own' ? {} : { global: spec.global }),
      columns: columns.map(({ name, kind }) => ({ name, kind })),
      classes,
      code,
      environment,
      ...(isWindowed(spec) && { cutoffs }),
    }),
  );
  return ({ text, rows, folds }) => digestJson([shared, text, ...rows, folds]);
}

/** Rows before a gap, or outside of a window, are left out: by moments that all partitions share, and that their folds don't tell. */
function isWindowed({ validate }: Spec): boolean {
  return validate.gap !== undefined || validate.window !== undefined;
}

function specWithout(spec: Spec, fields: readonly string[]): Partial<Spec> {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !fields.includes(field)));
}
