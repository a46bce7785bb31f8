import { holdoutRows } from '../estimators/folds.ts';
import { FitSite } from './fit-candidate.ts';
import { fitFold, isEmptyFold } from './fit-fold.ts';
import type { FoldFacts, FoldPart, RefitFacts, RefitPart } from './part-facts.ts';
import type { PartitionContext, PartitionData, PartitionResult } from './partition-function.ts';
import { shippedPlace } from './place-selections.ts';
import {
  createPredictions,
  outputWidth,
  predictionsToBytes,
  writeLayerInto,
} from './predictions.ts';
import { refitModel } from './refit-model.ts';
import { rowLedger } from './row-ledger.ts';
import { featureFacts } from './train.ts';
import type { TrainArgs } from './train-facts.ts';
import { TrainingData } from './training-data.ts';

/**
 * One candidate on one fold (`FoldFacts`): `train` cut in parts, so that several threads share a big partition. Blob
 * `predictions`: that fold's rows × width; none when the candidate failed.
 */
export function trainFold(
  data: PartitionData,
  args: TrainArgs & FoldPart,
  context: PartitionContext,
): PartitionResult<FoldFacts> {
  const training = new TrainingData(data, args, context, args.repeat);
  const site = new FitSite(training, args.fold, args.share);
  const fit = fitFold(training, site, args.candidate, args.fold);
  const isEmpty = isEmptyFold(training, args.fold);
  const facts: FoldFacts = {
    status: fit.status,
    ...(fit.status === 'failed' ? { because: fit.because } : {}),
    score: fit.score,
    seed: fit.seed,
    fitMs: fit.fitMs,
    kept: isEmpty ? [] : training.selection(args.fold).kept,
    foldSelection: isEmpty ? [] : training.foldSelection(args.fold).kept,
  };
  const blobs = new Map<string, Uint8Array>();
  if (fit.status === 'ok') blobs.set('predictions', predictionsToBytes({ values: fit.output }));
  return { facts, blobs };
}

/**
 * The last part: one candidate on all training rows (`RefitFacts`; its selection knows no folds, so its stability is
 * empty). Blobs: `model`, and `predictions` with one layer, rows × width, NaN but for holdout rows.
 */
export function refit(
  data: PartitionData,
  args: TrainArgs & RefitPart,
  context: PartitionContext,
): PartitionResult<RefitFacts> {
  const training = new TrainingData(data, args, context);
  const rows = holdoutRows(training.folds);
  const { facts: model, bytes, holdout } = refitModel(training, args, rows);
  const predictions = createPredictions(data.frame.rowCount, 1, outputWidth(args.classes));
  writeLayerInto(holdout, rows, 0, predictions);
  const facts: RefitFacts = {
    features: featureFacts(training),
    columns: training.columns,
    selection: { ...training.selection(shippedPlace(args.spec)), stability: [] },
    foldSelections: training.selections.refitted(),
    model,
    rows: rowLedger(training),
  };
  const blobs = new Map([
    ['model', bytes],
    ['predictions', predictionsToBytes(predictions)],
  ]);
  return { facts, blobs };
}
