import { adjust } from '../estimators/adjustment.ts';
import { importanceByFeature } from '../estimators/importance.ts';
import { predictMatrix } from '../estimators/predict-matrix.ts';
import { shapesOf } from '../features/column-shape.ts';
import { partsOf } from '../features/handle/handling.ts';
import { digestBytes } from '../frame/digest.ts';
import type { Frame } from '../frame/frame.ts';
import { contractOf } from './column-contract.ts';
import { explain } from './explain.ts';
import { FitSite, type FittedCandidate } from './fit-candidate.ts';
import { fitChosen } from './fit-ensemble.ts';
import type { RefitPart } from './part-facts.ts';
import type { Pipeline } from './pipeline.ts';
import { pipelineToBytes } from './pipeline-bytes.ts';
import { forecastRows, forecastSteps } from './rolling-origin.ts';
import type { ModelFacts } from './train-facts.ts';
import type { FitPlace, TrainingData } from './training-data.ts';

/** The model that ships, and what it (or its twin of the training rows, under `refit: all`) says of holdout rows. */
export type RefitModel = {
  readonly facts: ModelFacts;
  readonly bytes: Uint8Array;
  /** holdout rows × width, row-major. */
  readonly holdout: Float64Array;
};

/** The most features whose importance is kept. */
const MAX_IMPORTANCES = 200;

/**
 * Fits the candidate on all training rows and predicts the holdout with it; under `refit: all` it is fitted once more
 * on every row afterwards, and that one ships. Throws what the fit throws.
 */
export function refitModel(
  data: TrainingData,
  chosen: RefitPart,
  holdoutRows: Int32Array,
): RefitModel {
  const { adjustments } = chosen;
  const fitAt = (place: FitPlace): FittedCandidate =>
    fitChosen(new FitSite(data, place), chosen, data.args.classes.length);
  const fitted = fitAt('final');
  const predicted = predictHeldOut(data, fitted, holdoutRows);
  const holdout = adjust(adjustments, predicted, data.args.classes.length);
  // Of the model that has not seen the holdout, under `refit: all` too.
  const explanation = explain(data, { ...fitted, adjustments }, holdoutRows);
  const isShipped = data.args.spec.validate.refit === 'training';
  if (!isShipped) fitted.model.free?.();
  const shipped = isShipped
    ? ship(data, chosen, 'final', fitted)
    : ship(data, chosen, 'everything', fitAt('everything'));
  const facts = { ...shipped.facts, ...(explanation !== undefined && { explanation }) };
  return { facts, bytes: shipped.bytes, holdout };
}

/** Predictions of rows that the fit has not seen; rows × width, row-major. Throws `FitStopped` when asked to stop. */
export function predictHeldOut(
  data: TrainingData,
  { handling, model }: Pick<FittedCandidate, 'handling' | 'model'>,
  rows: Int32Array,
): Float64Array {
  const { spec, classes } = data.args;
  const predict = (frame: Frame, of?: Int32Array) =>
    predictMatrix(model, handling.transform(frame, of), classes.length, data.stop);
  const { forecast, target } = spec;
  if (forecast === undefined) return predict(data.frame, rows);
  const { frame, members } = data;
  if (forecast.strategy === 'recursive')
    return forecastRows({ frame, members, target: target.column, forecast }, rows, predict);
  const steps = model.steps?.() ?? [];
  return forecastSteps({ members, horizon: forecast.horizon }, rows, (some, place) => {
    const step = steps[place];
    if (step === undefined) throw new RangeError(`The forecast has no step ${place}.`);
    const x = partsOf(handling, step.parts).transform(frame, some);
    return predictMatrix(step.model, x, classes.length, data.stop);
  });
}

function ship(
  data: TrainingData,
  { candidate, adjustments }: RefitPart,
  place: FitPlace,
  fitted: FittedCandidate,
): Pick<RefitModel, 'facts' | 'bytes'> {
  const { handling, model, seed, trainedRows, edits } = fitted;
  const bytes = pipelineToBytes({ ...pipelineOf(data, place, fitted), adjustments });
  const facts: ModelFacts = {
    algorithm: candidate.algorithm,
    parameters: candidate.parameters,
    digest: digestBytes(bytes),
    byteSize: bytes.length,
    features: [...new Set(handling.featureNames)],
    trainedRows,
    seed: String(seed),
    importance: importanceOf(fitted),
    edits,
    ...(adjustments.length > 0 && { adjustments }),
  };
  model.free?.();
  return { facts, bytes };
}

function pipelineOf(
  data: TrainingData,
  place: FitPlace,
  { handling, model }: FittedCandidate,
): Omit<Pipeline, 'adjustments'> {
  const { spec, task, classes } = data.args;
  const sources = shapesOf(data.source);
  const contract = contractOf(sources, spec.features.engineer, data.selection(place).kept);
  return {
    contract: {
      ...contract,
      task,
      classes,
      timezone: spec.data.timezone,
      key: spec.partition.by,
      target: spec.target.column,
    },
    handling,
    model,
  };
}

function importanceOf({ handling, model }: FittedCandidate): ModelFacts['importance'] {
  const shares = model.importance?.();
  if (shares === undefined) return [];
  return importanceByFeature(handling.featureNames, shares).slice(0, MAX_IMPORTANCES);
}
