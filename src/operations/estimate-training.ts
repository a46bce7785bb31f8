import { ENSEMBLE } from '../domain/ensemble.ts';
import { makespan } from '../partition/makespan.ts';
import { repeatsOf } from '../partition/repeats.ts';
import { modelsOfFit } from '../spec/forecast.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import type { FitTime } from '../stores/run-records.ts';
import { type FitSize, fitCostMs } from './fit-cost.ts';

/** `earlier_runs`: every algorithm was timed before; `cost_model`: none was. */
export type EstimateBasis = 'earlier_runs' | 'cost_model' | 'both';
export type TrainingEstimate = { readonly seconds: number; readonly basis: EstimateBasis };

/** A partition is more than its fits: handling, selection, predicting. Until a run has told by how much. */
const OVERHEAD = 1.3;

/** What the number of fits depends on. */
type Fitted = Pick<Spec, 'candidates' | 'validate' | 'ensemble' | 'forecast'>;

/** Fits that training of one model takes; at most, where the candidates that an ensemble averages are fitted once more. */
export function fitsPerModel(spec: Fitted): number {
  const onFolds = spec.candidates.length * spec.validate.folds * repeatsOf(spec);
  return modelsOfFit(spec.forecast) * (onFolds + lastFits(spec));
}

/** On all training rows: the best, or what an ensemble averages. */
function lastFits({ candidates, ensemble }: Pick<Spec, 'candidates' | 'ensemble'>): number {
  return Math.min(candidates.length, ensemble?.size ?? 1);
}

/** `isSelectionLent`: an earlier run has selected its columns, where the spec asks for some. */
export type TrainedSize = FitSize & { readonly isSelectionLent?: boolean };

/** Sizes of what is trained: in one piece each, or in single fits that threads share. */
export type TrainedSizes = {
  readonly whole: readonly TrainedSize[];
  readonly divided: readonly TrainedSize[];
};

/**
 * How long training takes on so many threads, the longest first: the complexity of each algorithm gives the shape, and
 * earlier runs, where they had the algorithm, how fast this machine is at it, and what there is besides the fits: more where
 * columns are selected, less where they are lent.
 */
export function estimateTraining(
  spec: Fitted & Pick<Spec, 'features'>,
  { whole, divided }: TrainedSizes,
  { fitTimes, threads }: { readonly fitTimes: readonly FitTime[]; readonly threads: number },
): TrainingEstimate {
  const { candidates, validate, forecast } = spec;
  const speeds = speedsOf(fitTimes);
  const times = (isSelecting: boolean) =>
    modelsOfFit(forecast) * overheadOf(fitTimes.filter((time) => time.isSelecting === isSelecting));
  const overheads = { selecting: times(true), given: times(false) };
  const isAsked = spec.features.select.method !== 'none';
  const folds = validate.folds * repeatsOf(spec);
  const share = trainedShare(validate);
  const msOf = (candidate: Candidate, size: FitSize): number => {
    const speed = speeds.get(candidate.algorithm);
    // Speeds are of fits by the rows of their partitions.
    if (speed !== undefined) return speed * fitCostMs(candidate, size);
    return fitCostMs(candidate, { ...size, rows: share * size.rows });
  };
  const costsOf = ({ isSelectionLent, ...size }: TrainedSize): readonly number[] => {
    const overhead = isAsked && isSelectionLent !== true ? overheads.selecting : overheads.given;
    return candidates.map((candidate) => overhead * msOf(candidate, size));
  };
  // Every fold has every candidate; the best are fitted once more, and which they are nobody knows.
  const last = (costs: readonly number[]) => (lastFits(spec) * sumOf(costs)) / costs.length;
  const pieces = whole.map((size) => {
    const costs = costsOf(size);
    return folds * sumOf(costs) + last(costs);
  });
  for (const costs of divided.map(costsOf)) {
    for (const cost of costs) for (let fold = 0; fold < folds; fold++) pieces.push(cost);
    pieces.push(last(costs));
  }
  const longestFirst = Float64Array.from(pieces).sort().reverse();
  return { seconds: makespan(longestFirst, threads) / 1000, basis: basisOf(candidates, speeds) };
}

/** How many of a partition's rows a fold trains on; in the order of time, half of them at the mean. */
function trainedShare({ holdout, folds, scheme }: Spec['validate']): number {
  return (1 - holdout) * (scheme === 'time' ? 1 / 2 : 1 - 1 / folds);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Whole trainings ÷ their fits: every candidate on every fold, and one of them, nobody knows which, on all rows. */
function overheadOf(fitTimes: readonly FitTime[]): number {
  const trainings = new Map<string, { ms: number; fits: number; single: number; count: number }>();
  for (const { training, trainMs, fitMs, folds, algorithm } of fitTimes) {
    if (algorithm === ENSEMBLE) continue;
    const known = trainings.get(training) ?? { ms: trainMs, fits: 0, single: 0, count: 0 };
    known.fits += fitMs;
    known.single += fitMs / folds;
    known.count++;
    trainings.set(training, known);
  }
  let [whole, fits] = [0, 0];
  for (const { ms, fits: ofFolds, single, count } of trainings.values()) {
    whole += ms;
    fits += ofFolds + single / count;
  }
  return fits === 0 ? OVERHEAD : Math.max(1, whole / fits);
}

/** Measured ÷ modelled time by algorithm. */
function speedsOf(fitTimes: readonly FitTime[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { measured: number; modelled: number }>();
  for (const { algorithm, parameters, folds, models, fitMs, ...size } of fitTimes) {
    // It is an average of what was fitted.
    if (algorithm === ENSEMBLE) continue;
    const sum = sums.get(algorithm) ?? { measured: 0, modelled: 0 };
    sum.measured += fitMs;
    sum.modelled += folds * models * fitCostMs({ algorithm, parameters }, size);
    sums.set(algorithm, sum);
  }
  return new Map([...sums].map(([id, { measured, modelled }]) => [id, measured / modelled]));
}

function basisOf(
  candidates: readonly Candidate[],
  speeds: ReadonlyMap<string, number>,
): EstimateBasis {
  const known = candidates.filter(({ algorithm }) => speeds.has(algorithm)).length;
  if (known === 0) return 'cost_model';
  return known === candidates.length ? 'earlier_runs' : 'both';
}
