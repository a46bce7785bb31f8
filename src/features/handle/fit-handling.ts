import { Failure } from '../../domain/failure.ts';
import type { Supports, Target } from '../../estimators/estimator.ts';
import { seedOf } from '../../frame/digest.ts';
import {
  type Column,
  type Frame,
  type Matrix,
  matrixColumn,
  requireColumn,
  takeCodes,
  takeMatrixRows,
  takeNumbers,
} from '../../frame/frame.ts';
import type { Handle } from '../../spec/features.ts';
import { missingAt } from '../missing-values.ts';
import { takeTarget } from '../take-target.ts';
import {
  type CategoryTraining,
  type FittedCategory,
  fitCategoryColumn,
} from './category-column.ts';
import { ALL_COLUMNS, type Edit } from './edits.ts';
import { type FittedHandling, handlingOf, namesOf } from './handling.ts';
import { balance, type ImbalanceRule } from './imbalance.ts';
import { fitNumberColumn } from './number-column.ts';
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

/** What the estimator is fitted on: row i of `x` is row `rows[i]` of the frame. */
export type TrainingSet = {
  readonly x: Matrix;
  /** Without dropped rows; resampled where `imbalance` says so, so a row may stand there several times. */
  readonly rows: Int32Array;
  readonly target: Target;
  /** Those of the input times class weights; undefined where neither is asked for. */
  readonly weights: Float64Array | undefined;
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
  const rules = columns.map((column) => rulesOf(column, input.handle, input.supports));
  const { rows, edits: dropped } = dropRows(columns, rules, input.rows);
  const options: CategoryTraining = {
    target: takeTarget(input.target, rows),
    weights: input.weights === undefined ? undefined : takeNumbers(input.weights, rows),
    seed: seedPart(input.seed, 'target encoding'),
    supports: input.supports,
  };
  const fitted = columns.map((column, i) =>
    fitColumn(column, rows, rules[i] as ColumnRules, options),
  );
  const state = asStored({ version: 1, columns: fitted.map((column) => column.state) });
  const handling = handlingOf(state);
  const x = handling.transform(input.frame, rows);
  writeOutOfFold(x, fitted);
  const balanced = balanceRows({ x, rows, ...options }, input);
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

/** Rows with a gap in a column whose rule is `drop`; a column that is one gap is left to its other rules. */
function dropRows(
  columns: readonly Column[],
  rules: readonly ColumnRules[],
  rows: Int32Array,
): { readonly rows: Int32Array; readonly edits: readonly Edit[] } {
  const edits: Edit[] = [];
  let kept = rows;
  columns.forEach((column, i) => {
    if (rules[i]?.missing.name !== 'drop') return;
    const isMissing = missingAt(column);
    const present = rows.filter((row) => !isMissing(row));
    if (present.length === 0) return;
    edits.push({
      column: column.name,
      rule: 'missing: drop',
      count: rows.length - present.length,
    });
    kept = kept.filter((row) => !isMissing(row));
  });
  if (kept.length === 0)
    throw new Failure(
      'invalid-data',
      'Every training row has a missing value in some column whose rule is `missing: drop`. Use another rule, such as median.',
    );
  return { rows: kept, edits };
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

type Balanced = { readonly training: TrainingSet; readonly edits: readonly Edit[] };

function balanceRows(training: TrainingSet, { handle, supports, seed }: HandlingInput): Balanced {
  const rule = handle.imbalance;
  if (rule === 'none') return { training, edits: [] };
  const { target } = training;
  if (target.kind === 'values')
    throw new Failure(
      'invalid-spec',
      `features.handle.imbalance: ${rule} balances classes, and the target is a number. Use none.`,
    );
  if (rule === 'class_weights' && !supports.weights)
    throw new Failure(
      'unsupported',
      'This algorithm takes no weights, which `imbalance: class_weights` needs. Use over_sample or under_sample.',
    );
  return balancedBy(rule, training, target.codes, seedPart(seed, 'imbalance'));
}

function balancedBy(
  rule: ImbalanceRule,
  { x, rows, target, weights }: TrainingSet,
  codes: Int32Array,
  seed: bigint,
): Balanced {
  const { places, factors } = balance(rule, codes, seed);
  const before = weights === undefined ? undefined : takeNumbers(weights, places);
  const edit = { column: ALL_COLUMNS, rule: `imbalance: ${rule}` };
  if (factors !== undefined)
    return {
      training: {
        x,
        rows,
        target,
        weights: before === undefined ? factors : factors.map((f, i) => f * (before[i] as number)),
      },
      edits: [{ ...edit, count: rows.length }],
    };
  return {
    training: {
      x: takeMatrixRows(x, places),
      rows: takeCodes(rows, places),
      target: takeTarget(target, places),
      weights: before,
    },
    edits: [{ ...edit, count: Math.abs(places.length - rows.length) }],
  };
}

function seedPart(seed: bigint, ...place: readonly string[]): bigint {
  return seedOf(0, String(seed), ...place);
}
