import { type Comparison, comparePaired } from '../estimators/compare.ts';
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
  const sideOf = (side: NestedRows, other: NestedRows) => {
    const { rows, output } = keepRows(side, new Set(other.rows));
    return scoredRows(truth, rows, output);
  };
  return comparePaired(truth.spec.metric, sideOf(ours, theirs), sideOf(theirs, ours));
}

function keepRows({ rows, output }: NestedRows, kept: ReadonlySet<number>): NestedRows {
  const width = output.length / Math.max(1, rows.length);
  return {
    rows: rows.filter((row) => kept.has(row)),
    output: output.filter((_, i) => kept.has(rows[Math.floor(i / width)] as number)),
  };
}
