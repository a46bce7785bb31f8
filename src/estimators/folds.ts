/**
 * One byte per row says on which side of the validation it stands: the fold that scores it (0 … k − 1), or one of the
 * codes below. A union of partitions has the bytes of its members, one after the other.
 */

/** Scored once, after every choice. */
export const HOLDOUT = 254;
/** Trains every model and is never scored: too few rows to split, or older than the first fold of the time scheme. */
export const TRAINING_ONLY = 253;
/** Takes no part: its target, weight or time is missing. */
export const EXCLUDED = 255;

/** How rows are split. */
export type Scheme = 'stratified' | 'shuffled' | 'time' | 'group';

/** Rows that train the model that predicts `fold`: all other folds, or only the earlier ones in the time scheme. */
export function trainingRows(folds: Uint8Array, fold: number, scheme: Scheme): Int32Array {
  if (scheme === 'time') return rowsWhere(folds, (code) => code < fold || code === TRAINING_ONLY);
  return rowsWhere(folds, (code) => code <= TRAINING_ONLY && code !== fold);
}

/** Rows that `fold` scores. */
export function validationRows(folds: Uint8Array, fold: number): Int32Array {
  return rowsWhere(folds, (code) => code === fold);
}

/** Rows that some fold scores: where out-of-fold predictions may stand. */
export function outOfFoldRows(folds: Uint8Array): Int32Array {
  return rowsWhere(folds, (code) => code < TRAINING_ONLY);
}

/** Rows that train the model that ships: all but holdout and excluded ones. */
export function allTrainingRows(folds: Uint8Array): Int32Array {
  return rowsWhere(folds, (code) => code <= TRAINING_ONLY);
}

export function holdoutRows(folds: Uint8Array): Int32Array {
  return rowsWhere(folds, (code) => code === HOLDOUT);
}

function rowsWhere(folds: Uint8Array, holds: (code: number) => boolean): Int32Array {
  const rows = new Int32Array(folds.length);
  let count = 0;
  for (let i = 0; i < folds.length; i++) if (holds(folds[i] as number)) rows[count++] = i;
  return rows.slice(0, count);
}
