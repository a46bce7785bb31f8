import { ENSEMBLE } from '../domain/ensemble.ts';
import { repeatsOf } from '../partition/repeats.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import type { FitTime } from '../stores/run-store.ts';
import { type FitSize, fitCostMs } from './fit-cost.ts';

/** `earlier_runs`: every algorithm was timed before; `cost_model`: none was. */
export type EstimateBasis = 'earlier_runs' | 'cost_model' | 'both';
export type TrainingEstimate = { readonly seconds: number; readonly basis: EstimateBasis };

/** A partition is more than its fits: handling, selection, predicting. */
const OVERHEAD = 1.3;

/** Fits that training of one model takes; at most, where the candidates that an ensemble averages are fitted once more. */
export function fitsPerModel(spec: Pick<Spec, 'candidates' | 'validate' | 'ensemble'>): number {
  return spec.candidates.length * spec.validate.folds * repeatsOf(spec) + lastFits(spec);
}

/** On all training rows: the best, or what an ensemble averages. */
function lastFits({ candidates, ensemble }: Pick<Spec, 'candidates' | 'ensemble'>): number {
  return Math.min(candidates.length, ensemble?.size ?? 1);
}

/**
 * How long training takes on so many threads: the complexity of each algorithm gives the shape, and earlier runs, where
 * they had the algorithm, how fast this machine is at it. `sizes`: one per model, the one without partition included.
 */
export function estimateTraining(
  spec: Pick<Spec, 'candidates' | 'validate' | 'ensemble'>,
  sizes: readonly FitSize[],
  { fitTimes, threads }: { readonly fitTimes: readonly FitTime[]; readonly threads: number },
): TrainingEstimate {
  const { candidates, validate } = spec;
  const speeds = speedsOf(fitTimes);
  const modelMs = (size: FitSize): number => {
    const costs = candidates.map(
      (candidate) => (speeds.get(candidate.algorithm) ?? 1) * fitCostMs(candidate, size),
    );
    // Every fold has every candidate; the best are fitted once more, and which they are nobody knows.
    const sum = costs.reduce((a, b) => a + b, 0);
    return (
      OVERHEAD * (validate.folds * repeatsOf(spec) * sum + (lastFits(spec) * sum) / costs.length)
    );
  };
  const times = sizes.map(modelMs);
  const total = times.reduce((a, b) => a + b, 0);
  // The model without partition is cut into its fits: nothing that waits for one thread is longer than one of them.
  return { seconds: total / Math.max(1, threads) / 1000, basis: basisOf(candidates, speeds) };
}

/** Measured ÷ modelled time by algorithm. */
function speedsOf(fitTimes: readonly FitTime[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { measured: number; modelled: number }>();
  for (const { algorithm, parameters, folds, fitMs, ...size } of fitTimes) {
    // It is an average of what was fitted.
    if (algorithm === ENSEMBLE) continue;
    const sum = sums.get(algorithm) ?? { measured: 0, modelled: 0 };
    sum.measured += fitMs;
    sum.modelled += folds * fitCostMs({ algorithm, parameters }, size);
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
