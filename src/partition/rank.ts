import { chooseBest } from '../estimators/candidates.ts';
import { outOfFoldRows } from '../estimators/folds.ts';
import type { RankArgs, RankFacts } from './facts.ts';
import { chooseWithoutFolds } from './nested-choice.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { outputWidth, type Predictions, predictionsFromBytes } from './predictions.ts';
import { scoreCandidates } from './score-candidates.ts';
import { type Truth, truthOf } from './truth.ts';

/** Scores of all candidates from their stored out-of-fold predictions, and the best (`RankFacts`). */
export function rank(data: PartitionData, args: RankArgs): PartitionResult<RankFacts> {
  const bytes = data.inputs.get('predictions');
  if (bytes === undefined || data.folds === undefined)
    throw new RangeError('Ranking needs folds and predictions.');
  const truth = truthOf(data.frame, args);
  const layers = args.spec.candidates.length + 1;
  const predictions = predictionsFromBytes(bytes, layers, outputWidth(args.classes));
  return { facts: rankCandidates(truth, predictions, data.folds), blobs: new Map() };
}

/** The scores on all out-of-fold rows, the best by them, and the best without each fold. */
export function rankCandidates(
  truth: Truth,
  predictions: Predictions,
  folds: Uint8Array,
): RankFacts {
  const cv = scoreCandidates(truth, predictions, outOfFoldRows(folds));
  return {
    cv,
    best: chooseBest(truth.spec.metric, cv),
    bestWithout: chooseWithoutFolds(truth, predictions, folds, cv),
  };
}
