import { type Comparison, comparePaired } from '../estimators/compare.ts';
import { rowsThat } from '../frame/frame.ts';
import { type NestedRows, nestedRows } from './nested-choice.ts';
import type { Side } from './side-scores.ts';
import { scoredRows, type Truth } from './truth.ts';

/**
 * Own minus global on the out-of-fold rows that both predicted. On either side the candidate of fold k is chosen on the
 * other folds, so that being the best of many is no head start; null where there is nothing to compare.
 */
export function ownAgainstGlobal(
  truth: Truth,
  own: Side,
  global: Side,
  folds: Uint8Array,
): Comparison | null {
  const ours = nestedRows(own, folds);
  const theirs = nestedRows(global, folds);
  const common = commonRows(ours.rows, theirs.rows);
  const sideOf = (side: NestedRows) => scoredRows(truth, common, outputOf(side, common));
  return comparePaired(truth.spec.metric, sideOf(ours), sideOf(theirs));
}

/** Rows of both lists; each is ascending. */
function commonRows(ours: Int32Array, theirs: Int32Array): Int32Array {
  let at = 0;
  return rowsThat(ours, (row) => {
    while (at < theirs.length && (theirs[at] as number) < row) at++;
    return theirs[at] === row;
  });
}

/** The predictions of some of the rows, ascending as all of them are: some × width, row-major. */
function outputOf({ rows, output }: NestedRows, some: Int32Array): Float64Array {
  if (some.length === rows.length) return output;
  const width = output.length / Math.max(1, rows.length);
  const taken = new Float64Array(some.length * width);
  let at = 0;
  for (let i = 0; i < some.length; i++) {
    while (rows[at] !== some[i]) at++;
    for (let k = 0; k < width; k++) taken[i * width + k] = output[at * width + k] as number;
  }
  return taken;
}
