import { type Comparison, comparePaired } from '../estimators/compare.ts';
import { pairedRows } from './paired-rows.ts';
import type { Side } from './side-scores.ts';
import { scoredRows, type Truth } from './truth.ts';

/** Own minus other on the out-of-fold rows that both predicted; null where there is nothing to compare. */
export function ownAgainst(
  truth: Truth,
  own: Side,
  other: Side,
  folds: Uint8Array,
): Comparison | null {
  const { rows, first, second } = pairedRows(own, other, folds);
  return comparePaired(
    truth.spec.metric,
    scoredRows(truth, rows, first),
    scoredRows(truth, rows, second),
  );
}
