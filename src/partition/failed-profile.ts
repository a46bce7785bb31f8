import { EXCLUDED } from '../estimators/folds.ts';
import type { ProfileFacts } from './profile-facts.ts';

/** The profile of a partition that could not be profiled: all its rows are excluded for that reason. */
export function failedProfile(
  rows: number,
  { reason, message }: NonNullable<ProfileFacts['failure']>,
): ProfileFacts {
  return {
    rows,
    columns: [],
    target: { missing: 0, classes: [], distinct: 0 },
    split: {
      holdout: 0,
      folds: [],
      trainingOnly: 0,
      excluded: { [reason]: rows },
      repeats: 0,
      notes: [],
    },
    warnings: [],
    failure: { reason, message: `Profiling failed: ${message}` },
  };
}

/** The folds of its rows, of all repeats. */
export function failedFolds(rows: number, repeats: number): Uint8Array {
  return new Uint8Array(rows * repeats).fill(EXCLUDED);
}
