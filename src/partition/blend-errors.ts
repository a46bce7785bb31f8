import type { FoldErrors } from '../estimators/shrink.ts';
import { pairedRows } from './paired-rows.ts';
import { outputWidth } from './predictions.ts';
import type { Side } from './side-scores.ts';
import type { Truth } from './truth.ts';

/**
 * What the out-of-fold rows say of blending own and other predictions, fold by fold. On either side the candidate of a
 * fold is chosen on the other folds, as for a comparison. Ascending; without the folds that have no row of both.
 */
export function blendErrors(
  truth: Truth,
  own: Side,
  other: Side,
  folds: Uint8Array,
): readonly FoldErrors[] {
  const { rows, first, second } = pairedRows(own, other, folds);
  const { target, weights } = truth;
  const width = target.kind === 'classes' ? outputWidth(target.classes) : 1;
  const byFold = new Map<number, Writable<FoldErrors>>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const fold = folds[row] as number;
    const sums = byFold.get(fold) ?? { fold, rows: 0, square: 0, cross: 0, other: 0 };
    byFold.set(fold, sums);
    sums.rows++;
    const weight = weights?.[row] ?? 1;
    for (let k = 0; k < width; k++) {
      const said = second[i * width + k] as number;
      const error = said - truthAt(truth, row, k);
      const step = said - (first[i * width + k] as number);
      sums.square += weight * step ** 2;
      sums.cross += weight * error * step;
      sums.other += weight * error ** 2;
    }
  }
  return [...byFold.values()].sort((a, b) => a.fold - b.fold);
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** What output `k` of the row should be: the value, or 1 for the class that it is and 0 for others. */
function truthAt({ target }: Truth, row: number, k: number): number {
  if (target.kind === 'values') return target.values[row] as number;
  return target.codes[row] === k ? 1 : 0;
}
