import { asJson } from '../domain/json.ts';
import type { Score } from '../domain/metric.ts';
import { holdoutRows } from '../estimators/folds.ts';
import { featuresDigest } from '../features/features-digest.ts';
import type { Candidate } from '../spec/spec.ts';
import {
  bestCandidate,
  candidateFacts,
  failedRefit,
  refitPart,
  withEnsemble,
  withScores,
} from './candidate-facts.ts';
import { candidateCount } from './ensemble-layer.ts';
import { isStop } from './fit-candidate.ts';
import { isEmptyFold, messageOf } from './fit-fold.ts';
import { fitRepeats } from './fit-repeats.ts';
import type { RankFacts } from './part-facts.ts';
import type { PartitionContext, PartitionData, PartitionResult } from './partition-function.ts';
import { isSelecting, shippedPlace } from './place-selections.ts';
import {
  createPredictions,
  outputWidth,
  type Predictions,
  predictionsToBytes,
  writeLayerInto,
} from './predictions.ts';
import { rankCandidatesIn } from './rank.ts';
import { type RefitModel, refitModel } from './refit-model.ts';
import { foldsOfRepeats, repeatsOf, stackFolds, stackTruth } from './repeats.ts';
import { rowLedger } from './row-ledger.ts';
import { searchPartition } from './search-partition.ts';
import type { SelectionFacts } from './selection-facts.ts';
import { stabilityOf } from './selection-stability.ts';
import type { CandidateFacts, TrainArgs, TrainFacts, TrainResult } from './train-facts.ts';
import { TrainingData } from './training-data.ts';
import type { Truth } from './truth.ts';

/**
 * Every candidate on every fold, the best by the pooled out-of-fold score, and that one refitted (`TrainResult`). Blobs:
 * `predictions` (a layer per candidate and one for the holdout) and, when a candidate could be fitted, `model`.
 */
export function train(
  data: PartitionData,
  args: TrainArgs,
  context: PartitionContext,
): PartitionResult<TrainResult> {
  const training = new TrainingData(data, args, context);
  const { rowCount } = data.frame;
  const layers = candidateCount(args.spec) + 1;
  const repeats = repeatsOf(args.spec);
  const predictions = createPredictions(rowCount, layers, outputWidth(args.classes), repeats);
  const { trials: searched, search } = searchPartition(training, predictions);
  const others = Array.from(
    { length: repeats - 1 },
    (_, i) => () => new TrainingData(data, args, context, i + 1, training.selections),
  );
  const trials = fitRepeats(searched, others, predictions);
  const ranked = rankRepeats(data, training.truth, predictions, args.spec);
  const { cv, bestWithout } = ranked;
  const tried = trials.map(({ candidate, folds, ...unfit }, i) =>
    candidateFacts(candidate, withScores(folds, ranked.foldScores?.[i]), cv[i] as Score, unfit),
  );
  const { candidates, refitted } = refitBest(training, withEnsemble(tried, ranked), ranked);
  context.trace?.({
    name: 'choose',
    inputs: asJson(
      Object.fromEntries(trials.map(({ candidate }, i) => [nameOf(candidate, i), cv[i]])),
    ),
    outputs: asJson({ best: refitted?.best ?? null, model: refitted?.model.facts ?? null }),
  });
  if (refitted !== null)
    writeLayerInto(
      refitted.model.holdout,
      holdoutRows(training.folds),
      candidateCount(args.spec),
      predictions,
    );
  const facts: TrainResult = {
    features: featureFacts(training),
    selection: selectionFacts(training),
    candidates,
    search,
    best: refitted?.best ?? null,
    bestWithout,
    model: refitted?.model.facts ?? null,
    rows: rowLedger(training),
    ...(isSelecting(args) &&
      isSelectedEverywhere(args, refitted) && {
        foldSelections: training.selections.foldSelections(),
      }),
  };
  const blobs = new Map([['predictions', predictionsToBytes(predictions)]]);
  if (refitted !== null) blobs.set('model', refitted.model.bytes);
  return { facts, blobs };
}

/**
 * Whether every fit has its columns: the best candidate had come to all of them. Where there is none, its facts still ask
 * for those of the first repeat and of what would ship, and nobody for others.
 */
function isSelectedEverywhere({ spec }: TrainArgs, refitted: Refitted | null): boolean {
  const isAsked = repeatsOf(spec) === 1 && shippedPlace(spec) === 'final';
  return refitted !== null || isAsked;
}

/** Over all repeats; what is adjusted or averaged goes back into their predictions. */
function rankRepeats(
  data: PartitionData,
  truth: Truth,
  predictions: Predictions,
  spec: TrainArgs['spec'],
): RankFacts {
  const folds = stackFolds(foldsOfRepeats(data, spec), spec.validate.folds);
  const copies = stackTruth(truth, data.frame.rowCount, repeatsOf(spec));
  return rankCandidatesIn(predictions, copies, folds, spec);
}

export function featureFacts({ frame, columns, engineered }: TrainingData): TrainFacts['features'] {
  return { digest: featuresDigest(frame, columns), engineered };
}

function nameOf({ algorithm }: Candidate, i: number): string {
  return `${i} ${algorithm}`;
}

type Refitted = { readonly best: number; readonly model: RefitModel };

/** The best candidate that can also be fitted on all training rows; those that can't are marked. */
function refitBest(
  data: TrainingData,
  tried: readonly CandidateFacts[],
  ranked: RankFacts,
): { readonly candidates: readonly CandidateFacts[]; readonly refitted: Refitted | null } {
  const { spec } = data.args;
  const rows = holdoutRows(data.folds);
  const candidates = [...tried];
  for (;;) {
    const best = bestCandidate(spec.metric, candidates);
    if (best === null) return { candidates, refitted: null };
    try {
      const model = refitModel(data, refitPart(candidates, best, ranked), rows);
      return { candidates, refitted: { best, model } };
    } catch (error) {
      if (isStop(error)) throw error;
      candidates[best] = failedRefit(candidates[best] as CandidateFacts, messageOf(error));
    }
  }
}

/** Of the model that ships, with how stable the choice was over the folds. */
function selectionFacts(data: TrainingData): SelectionFacts {
  const { spec } = data.args;
  const used = Array.from({ length: spec.validate.folds }, (_, fold) => fold).filter(
    (fold) => !isEmptyFold(data, fold),
  );
  const keptByFold = used.map((fold) => data.selection(fold).kept);
  return {
    ...data.selection(shippedPlace(spec)),
    stability: stabilityOf(data.columns, keptByFold),
  };
}
