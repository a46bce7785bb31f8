import type { Score } from '../domain/metric.ts';
import { chooseBest } from '../estimators/candidates.ts';
import { outOfFoldRows } from '../estimators/folds.ts';
import type { RankArgs, RankFacts } from './facts.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { outputWidth, type Predictions, predictionsFromBytes } from './predictions.ts';
import { predictedRows, scoreLayer, type Truth, truthOf } from './truth.ts';

/** Scores of all candidates from their stored out-of-fold predictions, and the best (`RankFacts`). */
export function rank(data: PartitionData, args: RankArgs): PartitionResult<RankFacts> {
  const bytes = data.inputs.get('predictions');
  if (bytes === undefined || data.folds === undefined)
    throw new RangeError('Ranking needs folds and predictions.');
  const truth = truthOf(data.frame, args);
  const layers = args.spec.candidates.length + 1;
  const predictions = predictionsFromBytes(bytes, layers, outputWidth(args.classes));
  const facts = rankCandidates(truth, predictions, outOfFoldRows(data.folds));
  return { facts, blobs: new Map() };
}

/**
 * Every candidate (all layers but the last) on the same rows: those that any of them predicted. A candidate that failed
 * in a fold has no score. Where no row can be scored at all, the first candidate is the best: the simplest.
 */
export function rankCandidates(
  truth: Truth,
  predictions: Predictions,
  rows: Int32Array,
): RankFacts {
  const scored = rowsOfAnyLayer(predictions, rows);
  const cv = Array.from({ length: predictions.layers - 1 }, (_, layer): Score => {
    if (scored.length === 0)
      return { value: null, because: 'No row could be predicted by a model that had not seen it.' };
    const missing = scored.length - predictedRows(predictions, layer, scored).length;
    if (missing > 0)
      return { value: null, because: `${missing} of ${scored.length} rows have no prediction.` };
    return scoreLayer(truth, predictions, layer, scored);
  });
  return { cv, best: chooseBest(truth.spec.metric, cv) };
}

/** Rows that at least one candidate predicted. */
export function rowsOfAnyLayer(
  { layers, width, values }: Predictions,
  rows: Int32Array,
): Int32Array {
  return rows.filter((row) => {
    for (let layer = 0; layer < layers - 1; layer++)
      if (!Number.isNaN(values[(row * layers + layer) * width])) return true;
    return false;
  });
}
