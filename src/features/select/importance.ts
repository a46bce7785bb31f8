import { Failure } from '../../domain/failure.ts';
import type { Target } from '../../estimators/estimator.ts';
import { type Matrix, takeMatrixRows, takeNumbers } from '../../frame/frame.ts';
import { seededSample } from '../seeded-order.ts';
import { takeTarget } from '../take-target.ts';
import type { Ranking, SelectionData } from './selection-data.ts';

/** More training rows than this are sampled: which columns matter shows in fewer rows than how to use them. */
const MOST_ROWS = 20_000;

/** The importance that a fitted model gives to each column, as a share of 1. */
export const rankByImportance: Ranking = (data) => importances(data, sampleOf(data));

export type ImportanceSample = {
  readonly x: Matrix;
  readonly target: Target;
  readonly weights: Float64Array | undefined;
};

export function sampleOf({ x, target, weights, seed }: SelectionData): ImportanceSample {
  const every = Int32Array.from({ length: x.rowCount }, (_, row) => row);
  const rows = seededSample(every, MOST_ROWS, seed);
  if (rows === every) return { x, target, weights };
  return {
    x: takeMatrixRows(x, rows),
    target: takeTarget(target, rows),
    weights: weights && takeNumbers(weights, rows),
  };
}

/** One number per feature of the sample. Throws `Failure('unsupported')` where the estimator names no importance. */
export function importances(
  { estimator, seed, stop }: Pick<SelectionData, 'estimator' | 'seed' | 'stop'>,
  { x, target, weights }: ImportanceSample,
): Float64Array {
  const model = estimator.fit(x, target, estimator.parameters.parse({}), {
    seed,
    ...(weights !== undefined && estimator.supports.weights && { weights }),
    ...(stop && { stop }),
  });
  try {
    if (model.importance === undefined)
      throw new Failure(
        'unsupported',
        `The algorithm ${estimator.id} does not say which columns it uses, so it can't select any.`,
      );
    return model.importance();
  } finally {
    model.free?.();
  }
}
