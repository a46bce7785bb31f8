import { descendInto } from './coordinate-descent.ts';
import { addScaledInto, innerProduct, searchLineInto } from './minimise.ts';

/** A smooth convex function of `size` numbers, plus Σ l1 · |w|. */
export type SparseObjective = {
  readonly size: number;
  /** Of the smooth part. */
  readonly gradientInto: (w: Float64Array, gradient: Float64Array) => void;
  readonly l1: Float64Array;
  /** Second derivatives of the smooth part at the point of the last gradient, or something like them. */
  readonly blocks: () => readonly Block[];
};

/** A square on the diagonal: the unknowns from `from` on. */
export type Block = { readonly from: number; readonly matrix: Float64Array };

/** Rounds within one step; a step need not be exact. */
const MAX_ROUNDS = 1000;

/**
 * Proximal Newton (Lee, Sun and Saunders, 2014): each step goes towards the minimum of the quadratic that the second
 * derivatives give, with the absolute values as they are. Ends when half the expected decrease falls below `tolerance`.
 * Changes `w` in place.
 */
export function minimiseSparseInto(
  objective: SparseObjective,
  {
    tolerance,
    maxSteps,
    poll,
  }: {
    readonly tolerance: number;
    readonly maxSteps: number;
    readonly poll: () => void;
  },
  w: Float64Array,
): void {
  const { size, l1 } = objective;
  let gradient = new Float64Array(size);
  let nextGradient = new Float64Array(size);
  objective.gradientInto(w, gradient);
  // The gain of a round within a step that still counts.
  const isDone = ({ gain }: { readonly gain: number }): boolean => gain <= tolerance / 100;
  for (let step = 0; step < maxSteps; step++) {
    const goal = goalOf(objective, w, gradient, { maxRounds: MAX_ROUNDS, isDone, poll });
    const direction = goal.map((value, i) => value - (w[i] as number));
    const sizes = l1.reduce(
      (sum, weight, i) => sum + weight * (Math.abs(goal[i] as number) - Math.abs(w[i] as number)),
      0,
    );
    const slope = innerProduct(gradient, direction) + sizes;
    if (!(slope < -2 * tolerance)) {
      if (slope < 0) w.set(goal);
      return;
    }
    const move = searchLineInto(objective, { w, direction, slope, l1 }, nextGradient);
    if (move === direction) w.set(goal);
    else addScaledInto(1, move, w);
    [gradient, nextGradient] = [nextGradient, gradient];
  }
}

/** Where the quadratic about `w` is least. */
function goalOf(
  { blocks, l1 }: SparseObjective,
  w: Float64Array,
  gradient: Float64Array,
  rounds: Parameters<typeof descendInto>[1],
): Float64Array {
  const goal = w.slice();
  for (const { from, matrix } of blocks()) {
    const size = Math.sqrt(matrix.length);
    const part = w.subarray(from, from + size);
    const projections = Float64Array.from(part, (_, j) => {
      const product = innerProduct(matrix.subarray(j * size, (j + 1) * size), part);
      return product - (gradient[from + j] as number);
    });
    const problem = { products: matrix, projections, l1: l1.subarray(from, from + size) };
    descendInto(problem, rounds, goal.subarray(from, from + size));
  }
  return goal;
}
