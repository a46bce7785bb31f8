import { chooseBest } from '../estimators/candidates.ts';
import { outOfFoldRows, validationRows } from '../estimators/folds.ts';
import { adjustLayersIn, isAdjusting } from './adjust-layers.ts';
import { candidateCount, ensembleLayerIn } from './ensemble-layer.ts';
import type { RankArgs, RankFacts, TrialsFacts, TrialsPart } from './facts.ts';
import { chooseWithoutFolds } from './nested-choice.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import {
  outputWidth,
  type Predictions,
  predictionsFromBytes,
  predictionsToBytes,
} from './predictions.ts';
import { judgedData } from './repeated-data.ts';
import { foldsOfRepeats, repeatsOf } from './repeats.ts';
import { scoreCandidates } from './score-candidates.ts';
import { scoreLayer, type Truth, truthOf } from './truth.ts';

/**
 * Scores of all candidates from their stored out-of-fold predictions, and the best (`RankFacts`). Blob `predictions`: the
 * same adjusted, and with those of the ensemble, where the spec asks for it.
 */
export function rank(data: PartitionData, args: RankArgs): PartitionResult<RankFacts> {
  const judged = judgedData(data, args);
  const bytes = judged.data.inputs.get('predictions');
  if (bytes === undefined) throw new RangeError('Ranking needs predictions.');
  const layers = candidateCount(args.spec) + 1;
  const isChanged = isAdjusting(args.spec) || args.spec.ensemble !== undefined;
  const own = isChanged ? bytes.slice() : bytes;
  const repeats = repeatsOf(args.spec);
  const predictions = predictionsFromBytes(own, layers, outputWidth(args.classes), repeats);
  const facts = rankCandidatesIn(predictions, judged.truth, judged.data.folds, args.spec);
  const blobs = new Map<string, Uint8Array>();
  if (isChanged) blobs.set('predictions', predictionsToBytes(predictions));
  return { facts, blobs };
}

/** Scores of some candidates from stored out-of-fold predictions, for the search, which looks at one repeat (`TrialsFacts`). */
export function scoreTrials(
  data: PartitionData,
  args: RankArgs & TrialsPart,
): PartitionResult<TrialsFacts> {
  const bytes = data.inputs.get('predictions');
  if (bytes === undefined) throw new RangeError('Scoring needs predictions.');
  const [folds] = foldsOfRepeats(data, args.spec);
  const layers = candidateCount(args.spec) + 1;
  const predictions = predictionsFromBytes(bytes, layers, outputWidth(args.classes));
  const truth = truthOf(data.frame, args, folds);
  const rows = outOfFoldRows(folds);
  return {
    facts: { scores: scoreCandidates(truth, predictions, rows, args.places) },
    blobs: new Map(),
  };
}

/** Adjusts the predictions and averages them where that is asked for; then the scores on all out-of-fold rows, and the best with and without each fold. */
export function rankCandidatesIn(
  predictions: Predictions,
  truth: Truth,
  folds: Uint8Array,
  spec: RankArgs['spec'],
): RankFacts {
  const adjustments = adjustLayersIn(predictions, truth, folds, spec);
  const ensemble = ensembleLayerIn(predictions, truth, folds, spec);
  const cv = scoreCandidates(truth, predictions, outOfFoldRows(folds));
  const scoreFold = (layer: number, fold: number) =>
    scoreLayer(truth, predictions, layer, validationRows(folds, fold));
  return {
    cv,
    best: chooseBest(truth.spec.metric, cv),
    bestWithout: chooseWithoutFolds(truth, predictions, folds, cv),
    foldScores:
      isAdjusting(spec) || ensemble !== undefined
        ? cv.map((_, layer) =>
            Array.from({ length: spec.validate.folds * repeatsOf(spec) }, (_unused, fold) =>
              scoreFold(layer, fold),
            ),
          )
        : null,
    adjustments,
    ...(ensemble !== undefined && { ensemble }),
  };
}
