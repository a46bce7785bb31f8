import type { Score } from '../domain/metric.ts';
import { chooseBest } from '../estimators/candidates.ts';
import { outOfFoldRows } from '../estimators/folds.ts';
import { rowsThat } from '../frame/frame.ts';
import { type Predictions, startOf } from './predictions.ts';
import { rowsOfAnyLayer, scoreCandidates } from './score-candidates.ts';
import type { Truth } from './truth.ts';

/**
 * Per fold, the candidate that is the best on the rows of all other folds: what the whole way of choosing would have given
 * had that fold not been there. `predictedBy`: what candidates say of some rows where nothing is learned from others. `cv`:
 * the scores on all rows; a candidate without one takes no part, and where the others have no score either, the first,
 * the simplest, is taken. Empty where no candidate has one. Cost: one ranking per fold.
 */
export function chooseWithoutFolds(
  { truth, predictions, folds }: Judged,
  cv: readonly Score[],
  predictedBy: (rows: Int32Array) => Predictions = () => predictions,
): readonly number[] {
  const first = cv.findIndex(({ value }) => value !== null);
  if (first < 0) return [];
  const scorable = rowsOfAnyLayer(predictions, outOfFoldRows(folds));
  const count = scorable.reduce((most, row) => Math.max(most, (folds[row] as number) + 1), 0);
  return Array.from({ length: count }, (_, fold) => {
    const others = rowsOutside(scorable, { folds, fold, truth });
    const scores = scoreCandidates(truth, predictedBy(others), others);
    const eligible = scores.map((score, i) => (cv[i]?.value === null ? (cv[i] as Score) : score));
    return chooseBest(truth.spec.metric, eligible) ?? first;
  });
}

/** Out-of-fold predictions of some rows, and what is true of them. */
type Judged = {
  readonly truth: Truth;
  readonly predictions: Predictions;
  readonly folds: Uint8Array;
};

/** Those of the rows that the fold does not hold, in no other repeat either. */
export function rowsOutside(
  rows: Int32Array,
  {
    folds,
    fold,
    truth: { observations },
  }: {
    readonly folds: Uint8Array;
    readonly fold: number;
    readonly truth: Pick<Truth, 'observations'>;
  },
): Int32Array {
  if (observations === undefined) return rowsThat(rows, (row) => folds[row] !== fold);
  const isInside = new Uint8Array(observations.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    if (folds[row] === fold) isInside[observations[row] as number] = 1;
  }
  return rowsThat(rows, (row) => isInside[observations[row] as number] === 0);
}

/** Out-of-fold rows, each with the prediction of the candidate that was chosen without its fold (rows × width, row-major). */
export type NestedRows = { readonly rows: Int32Array; readonly output: Float64Array };

/** The nested predictions of all rows that have one, ascending. */
export function nestedRows(
  {
    predictions,
    bestWithout,
  }: { readonly predictions: Predictions; readonly bestWithout: readonly number[] },
  folds: Uint8Array,
): NestedRows {
  const { width, values } = predictions;
  const chosenStart = (row: number): number =>
    startOf(predictions, row, bestWithout[folds[row] as number] as number);
  const rows = rowsThat(
    outOfFoldRows(folds),
    (row) => (folds[row] as number) < bestWithout.length && !Number.isNaN(values[chosenStart(row)]),
  );
  const output = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const start = chosenStart(rows[i] as number);
    for (let k = 0; k < width; k++) output[i * width + k] = values[start + k] as number;
  }
  return { rows, output };
}
