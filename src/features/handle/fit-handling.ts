import type { Supports, Target } from '../../estimators/estimator.ts';
import { seedOf } from '../../frame/digest.ts';
import {
  type Column,
  type Frame,
  type Matrix,
  matrixColumn,
  requireColumn,
  takeCodes,
  takeNumbers,
} from '../../frame/frame.ts';
import type { Handle } from '../../spec/features.ts';
import { takeTarget } from '../take-target.ts';
import { balanceRows, type TrainingSet } from './balance-rows.ts';
import {
  type CategoryTraining,
  type FittedCategory,
  fitCategoryColumn,
} from './category-column.ts';
import { dropRows } from './drop-rows.ts';
import type { Edit } from './edits.ts';
import { type FittedHandling, handlingOf, namesOf } from './handling.ts';
import { fitNumberColumn } from './number-column.ts';
import { fitComponents, projected } from './principal-components.ts';
import { type ColumnRules, rulesOf } from './rules.ts';
import type { HandlingState } from './state.ts';

export type HandlingInput = {
  readonly frame: Frame;
  /** Source or engineered columns, each of numbers or text; raw timestamps are no features. */
  readonly columns: readonly string[];
  /** One per row of the frame. */
  readonly target: Target;
  /** The training rows: nothing else is looked at. */
  readonly rows: Int32Array;
  readonly handle: Handle;
  readonly supports: Pick<Supports, 'missing' | 'weights' | 'scaledInput'>;
  /** One per row of the frame. */
  readonly weights?: Float64Array | undefined;
  /** Decides the parts of target encoding and what is drawn in resampling. */
  readonly seed: bigint;
};

export type HandlingFit = {
  readonly handling: FittedHandling;
  readonly training: TrainingSet;
  readonly edits: readonly Edit[];
};

/**
 * Learns every rule from the training rows and prepares them. Differs from `transform` of the same rows in three ways:
 * rows are dropped, rows are resampled, and target encodings come from other rows. Throws `Failure` where a rule can't
 * be followed.
 */
export function fitHandling(input: HandlingInput): HandlingFit {
  const columns = input.columns.map((name) => featureColumn(input.frame, name));
  const { pca } = input.handle;
  // Components are of whole numbers on one scale, whatever the algorithm takes besides.
  const supports =
    pca === undefined ? input.supports : { ...input.supports, missing: false, scaledInput: true };
  const rules = columns.map((column) => rulesOf(column, input.handle, supports));
  const { rows, edits: dropped } = dropRows(columns, rules, input.rows);
  const target = takeTarget(input.target, rows);
  const weights = input.weights && takeNumbers(input.weights, rows);
  const learnt = { target, weights, supports, seed: seedPart(input.seed, 'target encoding') };
  const fitted = columns.map((column, i) =>
    fitColumn(column, rows, rules[i] as ColumnRules, learnt),
  );
  const state = asStored({ version: 1, columns: fitted.map((column) => column.state) });
  const features = handlingOf(state).transform(input.frame, rows);
  writeOutOfFold(features, fitted);
  const components = pca === undefined ? undefined : fitComponents(features, pca);
  const handling = handlingOf(asStored({ ...state, components }));
  const x = components === undefined ? features : projected(features, components);
  const balanced = balanceRows({ x, rows, target, weights }, input.handle.imbalance, {
    supports,
    seed: seedPart(input.seed, 'imbalance'),
  });
  return {
    handling,
    training: balanced.training,
    edits: [...dropped, ...fitted.flatMap(({ edits }) => edits), ...balanced.edits].filter(
      ({ count }) => count > 0,
    ),
  };
}

function featureColumn(frame: Frame, name: string): Exclude<Column, { kind: 'time' }> {
  const column = requireColumn(frame, name);
  if (column.kind === 'time')
    throw new RangeError(
      `Timestamp column "${name}" is no feature, only its engineered parts are.`,
    );
  return column;
}

function fitColumn(
  column: Exclude<Column, { kind: 'time' }>,
  rows: Int32Array,
  rules: ColumnRules,
  options: CategoryTraining,
): FittedCategory {
  if (column.kind === 'number')
    return fitNumberColumn(column.name, takeNumbers(column.values, rows), rules);
  const seed = seedPart(options.seed, column.name);
  return fitCategoryColumn(column, takeCodes(column.codes, rows), rules, { ...options, seed });
}

/** What is used is what will be read back: JSON knows no −0. */
function asStored(state: HandlingState): HandlingState {
  return JSON.parse(JSON.stringify(state)) as HandlingState;
}

function writeOutOfFold(x: Matrix, columns: readonly FittedCategory[]): void {
  let feature = 0;
  for (const { state, outOfFold } of columns) {
    outOfFold?.forEach((values, i) => matrixColumn(x, feature + i).set(values));
    feature += namesOf(state).length;
  }
}

function seedPart(seed: bigint, ...place: readonly string[]): bigint {
  return seedOf(0, String(seed), ...place);
}
