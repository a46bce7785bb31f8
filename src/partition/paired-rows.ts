import { rowsThat } from '../frame/frame.ts';
import { type NestedRows, nestedRows } from './nested-choice.ts';
import type { Side } from './side-scores.ts';

/** Out-of-fold rows that both sides predicted, ascending, and what each said (rows × width, row-major). */
type PairedRows = {
  readonly rows: Int32Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
};

/** On either side the candidate of a fold is chosen on the other folds, so that being the best of many is no head start. */
export function pairedRows(first: Side, second: Side, folds: Uint8Array): PairedRows {
  const ours = nestedRows(first, folds);
  const theirs = nestedRows(second, folds);
  const rows = commonRows(ours.rows, theirs.rows);
  return { rows, first: outputOf(ours, rows), second: outputOf(theirs, rows) };
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
