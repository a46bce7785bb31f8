import { FitStopped } from './estimator.ts';

/** Turns the stop flag of a fit into a check that throws `FitStopped` once the flag is set. */
export function pollOf(stop: Int32Array | undefined): () => void {
  if (stop === undefined) return neverStops;
  return () => {
    if (Atomics.load(stop, 0) !== 0) throw new FitStopped('The fit was asked to stop.');
  };
}

export function neverStops(): void {}
