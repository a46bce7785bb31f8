import { ENSEMBLE } from '../domain/ensemble.ts';
import { findEstimator } from '../estimators/registry.ts';
import { makespan } from '../partition/makespan.ts';
import { repeatsOf } from '../partition/repeats.ts';
import { modelsOfFit } from '../spec/forecast.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import type { FitTime } from '../stores/run-records.ts';
import { type FitSize, fitCostMs, isMostlyWork } from './fit-cost.ts';
import { finalShare, foldShare, isRefused, type RowsOfModel, trainedRows } from './trained-rows.ts';

/** `earlier_runs`: fits like all of these were timed before; `cost_model`: none was. */
export type EstimateBasis = 'earlier_runs' | 'cost_model' | 'both';
export type TrainingEstimate = { readonly seconds: number; readonly basis: EstimateBasis };

/** A partition is more than its fits: selection, scores, what it explains. Until a run has told by how much. */
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

/**
 * `isSelectionLent`: an earlier run has selected its columns, where the spec asks for some. `encoded`: how many features
 * its columns are to an algorithm that takes numbers on one scale, where that is known.
 */
export type TrainedSize = FitSize &
  RowsOfModel & {
    readonly isSelectionLent?: boolean;
    readonly encoded?: number;
  };

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
  spec: Fitted & Pick<Spec, 'features' | 'global'>,
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
  /** Of one fit of each candidate on a share of the rows. */
  const costsOf = (size: TrainedSize, share: number): readonly number[] => {
    const overhead =
      isAsked && size.isSelectionLent !== true ? overheads.selecting : overheads.given;
    return candidates.map((candidate) => overhead * msOf(candidate, size, share));
  };
  const msOf = (candidate: Candidate, size: TrainedSize, share: number): number => {
    const rows = trainedRows(spec, size, share);
    if (isRefused(candidate, rows)) return 0;
    const speed = speeds.get(kindOf(candidate, size));
    // Speeds are of fits on folds, by the rows and columns of their partitions.
    if (speed !== undefined)
      return speed * fitCostMs(candidate, { ...size, rows: rows / foldShare(validate) });
    return fitCostMs(candidate, { ...size, rows, features: featuresFor(candidate, size) });
  };
  const onFold = (size: TrainedSize) => costsOf(size, foldShare(validate));
  // The best are fitted once more, and which they are nobody knows.
  const last = (size: TrainedSize): number => {
    const costs = costsOf(size, finalShare(validate)).filter((cost) => cost > 0);
    return Math.min(lastFits(spec), costs.length) * meanOf(costs);
  };
  const pieces = whole.map((size) => folds * sumOf(onFold(size)) + last(size));
  for (const size of divided) {
    for (const cost of onFold(size)) for (let fold = 0; fold < folds; fold++) pieces.push(cost);
    pieces.push(last(size));
  }
  const longestFirst = Float64Array.from(pieces).sort().reverse();
  return {
    seconds: makespan(longestFirst, threads) / 1000,
    basis: basisOf(candidates, [...whole, ...divided], speeds),
  };
}

function featuresFor(
  { algorithm }: Candidate,
  { features, encoded = features }: TrainedSize,
): number {
  return findEstimator(algorithm)?.supports.scaledInput === true ? encoded : features;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : sumOf(values) / values.length;
}

/** Whole trainings ÷ their fits: every candidate on every fold, and one of them, nobody knows which, on all rows. */
function overheadOf(fitTimes: readonly FitTime[]): number {
  const trainings = new Map<string, { ms: number; fits: number; single: number; count: number }>();
  for (const time of fitTimes) {
    if (time.algorithm === ENSEMBLE) continue;
    const { training, trainMs, fitMs } = time;
    const known = trainings.get(training) ?? { ms: trainMs, fits: 0, single: 0, count: 0 };
    known.fits += fitMs;
    known.single += (fitMs / time.folds) * lastToFold(time);
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

/** How many times as long as one on a fold's rows a fit on all of them takes. */
function lastToFold(time: FitTime): number {
  const { rows, folds } = time;
  const all = folds === 1 ? rows : (rows * folds) / (folds - 1);
  return fitCostMs(time, { ...time, rows: all }) / fitCostMs(time, time);
}

/** Measured ÷ modelled time by kind of fit. */
function speedsOf(fitTimes: readonly FitTime[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { measured: number; modelled: number }>();
  for (const time of fitTimes) {
    // It is an average of what was fitted.
    if (time.algorithm === ENSEMBLE) continue;
    const kind = kindOf(time, time);
    const sum = sums.get(kind) ?? { measured: 0, modelled: 0 };
    sum.measured += time.fitMs;
    sum.modelled += time.folds * time.models * fitCostMs(time, time);
    sums.set(kind, sum);
  }
  return new Map([...sums].map(([kind, { measured, modelled }]) => [kind, measured / modelled]));
}

/** Small fits tell nothing of how fast an algorithm works, only of what is done around it. */
function kindOf(candidate: Candidate, size: FitSize): string {
  return `${candidate.algorithm} ${isMostlyWork(candidate, size) ? 'at work' : 'around it'}`;
}

function basisOf(
  candidates: readonly Candidate[],
  sizes: readonly TrainedSize[],
  speeds: ReadonlyMap<string, number>,
): EstimateBasis {
  const known = sizes.flatMap((size) => candidates.map((one) => speeds.has(kindOf(one, size))));
  if (speeds.size > 0 && !known.includes(false)) return 'earlier_runs';
  return known.includes(true) ? 'both' : 'cost_model';
}
