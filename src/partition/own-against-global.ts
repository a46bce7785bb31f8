import { type Comparison, comparePaired } from '../estimators/compare.ts';
import { outOfFoldRows } from '../estimators/folds.ts';
import { readLayer } from './predictions.ts';
import { rankCandidates, rowsOfAnyLayer } from './rank.ts';
import type { Side } from './side-scores.ts';
import { predictedRows, scoredRows, type Truth } from './truth.ts';

/**
 * Own minus global on the out-of-fold rows that both predicted. The own candidate of fold k is chosen on the other folds,
 * so that being the best of many is no head start; null where there is nothing to compare.
 */
export function ownAgainstGlobal(
  truth: Truth,
  own: Side,
  global: Side,
  folds: Uint8Array,
): Comparison | null {
  const scorable = rowsOfAnyLayer(own.predictions, outOfFoldRows(folds));
  const comparable = predictedRows(global.predictions, global.best, scorable);
  const parts = [...new Set(comparable.map((row) => folds[row] as number))].map((fold) => {
    const others = comparable.filter((row) => folds[row] !== fold);
    const chosen = rankCandidates(truth, own.predictions, others).best ?? own.best;
    const rows = predictedRows(
      own.predictions,
      chosen,
      comparable.filter((row) => folds[row] === fold),
    );
    return { rows, output: readLayer(own.predictions, chosen, rows) };
  });
  const rows = Int32Array.from(parts.flatMap((part) => [...part.rows]));
  const output = Float64Array.from(parts.flatMap((part) => [...part.output]));
  return comparePaired(
    truth.spec.metric,
    scoredRows(truth, rows, output),
    scoredRows(truth, rows, readLayer(global.predictions, global.best, rows)),
  );
}
