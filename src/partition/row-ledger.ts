import { exclusionOf } from '../estimators/assign-folds.ts';
import { EXCLUDED, HOLDOUT } from '../estimators/folds.ts';
import { timesOf } from './target.ts';
import type { RowLedger } from './train-facts.ts';
import type { TrainingData } from './training-data.ts';

/** Where every row of the partition went: used + holdout + excluded, exactly. */
export function rowLedger(data: TrainingData): RowLedger {
  const { folds, target, weights, source, args } = data;
  const times = timesOf(source, args.spec);
  const rule = { scheme: args.spec.validate.scheme, target, weights, times };
  const excluded: { [reason: string]: number } = {};
  const exclude = (reason: string, count: number): void => {
    excluded[reason] = (excluded[reason] ?? 0) + count;
  };
  let holdout = 0;
  let trainable = 0;
  folds.forEach((code, row) => {
    if (code === HOLDOUT) holdout += 1;
    else if (code === EXCLUDED) exclude(exclusionOf(rule, row) ?? 'not_profiled', 1);
    else trainable += 1;
  });
  const eligible = data.eligibleRows('final').length;
  const used = data.trainingRows('final').length;
  if (eligible < trainable) exclude('outside_window', trainable - eligible);
  if (used < eligible) exclude('not_sampled', eligible - used);
  return { rows: folds.length, used, holdout, excluded };
}
