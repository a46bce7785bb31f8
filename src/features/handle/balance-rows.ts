import { Failure } from '../../domain/failure.ts';
import type { Supports, Target } from '../../estimators/estimator.ts';
import { type Matrix, takeCodes, takeMatrixRows, takeNumbers } from '../../frame/frame.ts';
import type { Handle } from '../../spec/features.ts';
import { takeTarget } from '../take-target.ts';
import { ALL_COLUMNS, type Edit } from './edits.ts';
import { balance, type ImbalanceRule } from './imbalance.ts';

/** What the estimator is fitted on: row i of `x` is row `rows[i]` of the frame. */
export type TrainingSet = {
  readonly x: Matrix;
  /** Without dropped rows; resampled where `imbalance` says so, so a row may stand there several times. */
  readonly rows: Int32Array;
  readonly target: Target;
  /** Those of the input times class weights; undefined where neither is asked for. */
  readonly weights: Float64Array | undefined;
};

export type BalanceOptions = {
  readonly supports: Pick<Supports, 'weights'>;
  /** Decides which rows are drawn. */
  readonly seed: bigint;
};

type Balanced = { readonly training: TrainingSet; readonly edits: readonly Edit[] };

/**
 * What `imbalance` does to the training rows. Throws `Failure` where it has no meaning: the target is a number, or the
 * estimator takes no weights.
 */
export function balanceRows(
  training: TrainingSet,
  rule: Handle['imbalance'],
  { supports, seed }: BalanceOptions,
): Balanced {
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
  return balancedBy(rule, training, target.codes, seed);
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
