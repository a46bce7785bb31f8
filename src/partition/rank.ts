import { chooseBest } from '../estimators/candidates.ts';
import { outOfFoldRows, TRAINING_ONLY, validationRows } from '../estimators/folds.ts';
import type { Spec } from '../spec/spec.ts';
import { adjustLayersIn, isAdjusting } from './adjust-layers.ts';
import { candidateCount, ensembleLayerIn } from './ensemble-layer.ts';
import { chooseWithoutFolds } from './nested-choice.ts';
import type { RankArgs, RankFacts, TrialsFacts, TrialsPart } from './part-facts.ts';
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
  const isChanged = isChanging(args.spec);
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

/** Rows × folds² that are learned from once more: seconds. */
const MOST_RELEARNED = 2_500_000;

/**
 * How many times `rank` holds what is predicted of so many rows: as it is stored; where it is adjusted or averaged, as that
 * leaves it; and where that is learned once more without each fold, as it was given and as it is for the fold.
 */
export function copiesToRank(spec: Spec, rows: number): number {
  if (!isChanging(spec)) return 1;
  const { folds, holdout } = spec.validate;
  const repeats = repeatsOf(spec);
  const outOfFold = Math.floor((1 - holdout) * rows) * repeats;
  return outOfFold * (folds * repeats) ** 2 > MOST_RELEARNED ? 2 : 4;
}

/** Whether out-of-fold predictions do not stay as the candidates gave them. */
function isChanging(spec: Spec): boolean {
  return isAdjusting(spec) || spec.ensemble !== undefined;
}

/**
 * For the choice without a fold: all that is adjusted and averaged, learned from some rows alone, so that the labels of the
 * fold have no part in it. Undefined where nothing is, and where rows are so many that the part of one fold in what the
 * others teach is too small for a choice to see. To be called before the predictions are changed; holds two copies of them.
 */
function relearning(
  predictions: Predictions,
  truth: Truth,
  folds: Uint8Array,
  spec: RankArgs['spec'],
): ((rows: Int32Array) => Predictions) | undefined {
  if (!isChanging(spec)) return undefined;
  const rowCount = outOfFoldRows(folds).length;
  if (rowCount * new Set(folds).size ** 2 > MOST_RELEARNED) return undefined;
  const given = predictions.values.slice();
  // One for all folds: what was said of one is not asked again once another is.
  const changed = { ...predictions, values: given.slice() };
  return (rows) => {
    const known = new Uint8Array(folds.length).fill(TRAINING_ONLY);
    for (const row of rows) known[row] = folds[row] as number;
    changed.values.set(given);
    adjustLayersIn(changed, truth, known, spec);
    ensembleLayerIn(changed, truth, known, spec);
    return changed;
  };
}

/** Adjusts the predictions and averages them where that is asked for; then the scores on all out-of-fold rows, and the best with and without each fold. */
export function rankCandidatesIn(
  predictions: Predictions,
  truth: Truth,
  folds: Uint8Array,
  spec: RankArgs['spec'],
): RankFacts {
  const relearned = relearning(predictions, truth, folds, spec);
  const adjustments = adjustLayersIn(predictions, truth, folds, spec);
  const ensemble = ensembleLayerIn(predictions, truth, folds, spec);
  const cv = scoreCandidates(truth, predictions, outOfFoldRows(folds));
  const scoreFold = (layer: number, fold: number) =>
    scoreLayer(truth, predictions, layer, validationRows(folds, fold));
  return {
    cv,
    best: chooseBest(truth.spec.metric, cv),
    bestWithout: chooseWithoutFolds({ truth, predictions, folds }, cv, relearned),
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
