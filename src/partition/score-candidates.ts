import type { Score } from '../domain/metric.ts';
import { rowsThat } from '../frame/frame.ts';
import { type Predictions, startOf } from './predictions.ts';
import { predictedRows, scoreLayer, type Truth } from './truth.ts';

/**
 * Every candidate (all layers but the last) on the same rows: those that any of them predicted. A candidate that failed
 * in a fold has no score. `candidates`: only the scores of these.
 */
export function scoreCandidates(
  truth: Truth,
  predictions: Predictions,
  rows: Int32Array,
  candidates: readonly number[] = everyCandidate(predictions),
): readonly Score[] {
  const scored = rowsOfAnyLayer(predictions, rows);
  return candidates.map((layer): Score => {
    if (scored.length === 0)
      return { value: null, because: 'No row could be predicted by a model that had not seen it.' };
    const missing = scored.length - predictedRows(predictions, layer, scored).length;
    if (missing > 0)
      return { value: null, because: `${missing} of ${scored.length} rows have no prediction.` };
    return scoreLayer(truth, predictions, layer, scored);
  });
}

function everyCandidate({ layers }: Predictions): readonly number[] {
  return Array.from({ length: layers - 1 }, (_, layer) => layer);
}

/** Rows that at least one candidate predicted. */
export function rowsOfAnyLayer(predictions: Predictions, rows: Int32Array): Int32Array {
  const { layers, values } = predictions;
  return rowsThat(rows, (row) => {
    for (let layer = 0; layer < layers - 1; layer++)
      if (!Number.isNaN(values[startOf(predictions, row, layer)])) return true;
    return false;
  });
}
