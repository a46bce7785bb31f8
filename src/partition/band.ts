import { conformalReach } from '../estimators/conformal.ts';
import { holdoutRows } from '../estimators/folds.ts';
import type { Band } from './evaluate-facts.ts';
import { nestedRows } from './nested-choice.ts';
import { readLayer } from './predictions.ts';
import type { Side } from './side-scores.ts';
import { predictedRows, type Truth } from './truth.ts';

/** Rows, ascending, and how far each one's prediction is off. */
type Errors = { readonly rows: Int32Array; readonly errors: Float64Array };

/** Rows of one partition among those of several. */
export type Span = { readonly start: number; readonly rows: number };

/**
 * The prediction intervals of a side, and how many holdout rows lie within; `undefined` where the spec asks for none. Their
 * width comes from out-of-fold rows, each predicted by the candidate that was chosen without its fold, so neither the
 * fit nor the choice has seen what it is measured on.
 */
export function bandOf(truth: Truth, side: Side, folds: Uint8Array): Band | undefined {
  const level = truth.spec.intervals?.level;
  if (level === undefined) return undefined;
  const { errors } = outOfFoldErrors(truth, side, folds);
  const reach = conformalReach(errors, level);
  const holdout = countCovered(holdoutErrors(truth, side, folds).errors, reach);
  return { level, reach, rows: errors.length, holdout };
}

/**
 * The same over several partitions, each with a width of its own; where one has too few rows, `fallback` is its width.
 * `reach` is the mean over the holdout rows that have an interval.
 */
export function pooledBand(
  truth: Truth,
  side: Side,
  folds: Uint8Array,
  spans: readonly (Span & { readonly fallback: number | null })[],
): Band | undefined {
  const level = truth.spec.intervals?.level;
  if (level === undefined) return undefined;
  const calibration = outOfFoldErrors(truth, side, folds);
  const heldOut = holdoutErrors(truth, side, folds);
  let [rows, covered, widths] = [0, 0, 0];
  for (const { fallback, ...span } of spans) {
    const reach = conformalReach(errorsWithin(calibration, span), level) ?? fallback;
    const counts = countCovered(errorsWithin(heldOut, span), reach);
    rows += counts.rows;
    covered += counts.covered;
    widths += (reach ?? 0) * counts.rows;
  }
  const reach = rows === 0 ? null : widths / rows;
  return { level, reach, rows: calibration.rows.length, holdout: { rows, covered } };
}

function outOfFoldErrors(truth: Truth, side: Side, folds: Uint8Array): Errors {
  const { rows, output } = nestedRows(side, folds);
  const errors = errorsOf(truth, rows, output);
  const { observations } = truth;
  if (observations === undefined) return { rows, errors };
  // Repeats say more of the same rows, and a width is known no better for it: the first repeat has each row once.
  const isFirst = (i: number): boolean => observations[rows[i] as number] === rows[i];
  return { rows: rows.filter((_, i) => isFirst(i)), errors: errors.filter((_, i) => isFirst(i)) };
}

function holdoutErrors(truth: Truth, { predictions }: Side, folds: Uint8Array): Errors {
  const layer = predictions.layers - 1;
  const rows = predictedRows(predictions, layer, holdoutRows(folds));
  return { rows, errors: errorsOf(truth, rows, readLayer(predictions, layer, rows)) };
}

function errorsOf({ target }: Truth, rows: Int32Array, output: Float64Array): Float64Array {
  if (target.kind !== 'values') throw new RangeError('Classes have no prediction intervals.');
  return output.map((value, i) => Math.abs(value - (target.values[rows[i] as number] as number)));
}

function errorsWithin({ rows, errors }: Errors, span: Span): Float64Array {
  return errors.subarray(placeOf(rows, span.start), placeOf(rows, span.start + span.rows));
}

/** How many of the ascending rows come before `row`. */
function placeOf(rows: Int32Array, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countCovered(errors: Float64Array, reach: number | null): Band['holdout'] {
  if (reach === null) return { rows: 0, covered: 0 };
  return {
    rows: errors.length,
    covered: errors.reduce((count, error) => count + (error <= reach ? 1 : 0), 0),
  };
}
