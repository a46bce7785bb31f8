import { innerFolds } from './inner-folds.ts';
import type { MarginProblem } from './margin-objective.ts';
import type { TrainingRows } from './training-rows.ts';

const FOLDS = 3;

/**
 * Scores of rows by machines that have not seen them: three more fits, each without a third of the different rows of
 * every class. Where a class has one row only, or the rest has, the scores are of the fit that saw all: there is nothing
 * to hold out.
 */
export function outOfFoldDecisions(
  { solve, scoresOf }: MarginProblem,
  rows: TrainingRows,
  poll: () => void,
): (isPositive: Float64Array, whole: Float64Array) => Float64Array {
  const folds = innerFolds(rows, { folds: FOLDS, seed: 0, poll });
  return (isPositive, whole) => {
    const decisions = scoresOf(whole);
    if (!canHoldOut(isPositive, folds)) return decisions;
    const target = isPositive.map((one) => 2 * one - 1);
    for (let fold = 0; fold < FOLDS; fold++) {
      const kept = Float64Array.from(folds, (own, i) =>
        own === fold ? 0 : (rows.weights?.[i] ?? 1),
      );
      const scores = scoresOf(solve(target, kept));
      folds.forEach((own, i) => {
        if (own === fold) decisions[i] = scores[i] as number;
      });
    }
    return decisions;
  };
}

/** Both sides stand in two folds at least. */
function canHoldOut(isPositive: Float64Array, folds: Uint8Array): boolean {
  return [0, 1].every((side) => new Set(folds.filter((_, i) => isPositive[i] === side)).size > 1);
}
