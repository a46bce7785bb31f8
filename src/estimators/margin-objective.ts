import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { factorise, solveInto } from './cholesky.ts';
import { penaltyUnit } from './least-squares.ts';
import { type Curvature, minimiseInto, type Objective } from './minimise.ts';
import { putStandardised } from './standard-columns.ts';

export type MarginRows = {
  readonly x: Matrix;
  readonly weights: Float64Array | undefined;
  readonly C: number;
  /** Errors up to this size cost nothing. */
  readonly tube: number;
  /** Only errors that point the way of the target (±1) cost. */
  readonly isOneSided: boolean;
};

/** Problems over the same rows, with other targets and with some of the rows. */
export type MarginProblem = {
  readonly scales: Float64Array;
  /** Slopes of the standardised columns and, last, the intercept; `weights` in place of the rows' own. */
  readonly solve: (target: Float64Array, weights?: Float64Array) => Float64Array;
  /** Scores of all rows. */
  readonly scoresOf: (solution: Float64Array) => Float64Array;
  readonly inOwnUnits: (solution: Float64Array) => {
    readonly slopes: Float64Array;
    readonly intercept: number;
  };
};

/** Expected decrease of the objective, whose curvature is at least 1: coefficients are closer than its square root. */
const TOLERANCE = 1e-12;
/** Columns up to which their products are computed: they cost rows · columns². */
const PRODUCTS_WIDTH = 512;

/** ½ ‖w‖² + C · Σ weight · miss² over coefficients of the columns as they are, the intercept free. */
export function marginProblem(
  kernels: Kernels,
  rows: MarginRows,
  maxSteps: number,
  poll: () => void,
): MarginProblem {
  const { x } = rows;
  const columns = x.names.length;
  const width = columns + 1;
  const { at, weights, centres, scales } = putStandardised(
    kernels,
    x,
    rows.weights,
    new Float64Array(x.rowCount).fill(1),
  );
  const penalties = Float64Array.from([...scales, Infinity], (scale) => 1 / penaltyUnit(scale));
  const targetAt = kernels.reserveDoubles(x.rowCount);
  const otherWeights = kernels.reserveDoubles(x.rowCount);
  return {
    scales,
    solve: (target, instead) => {
      kernels.doublesAt(targetAt, x.rowCount).set(target);
      if (instead !== undefined) kernels.doublesAt(otherWeights, x.rowCount).set(instead);
      const mark = kernels.calls.mark();
      const place = {
        at,
        target: targetAt,
        weights: instead === undefined ? weights : otherWeights,
      };
      const solution = new Float64Array(width);
      const objective = objectiveOf(kernels, { ...rows, ...place, penalties, poll });
      minimiseInto(objective, TOLERANCE, maxSteps, solution);
      kernels.calls.release(mark);
      return solution;
    },
    scoresOf: (solution) => {
      const mark = kernels.calls.mark();
      const [out, none] = [kernels.reserveDoubles(x.rowCount), kernels.put(new Float64Array(1))];
      kernels.calls.linearScores(at, x.rowCount, width, kernels.put(solution), none, 1, out);
      const scores = kernels.doublesAt(out, x.rowCount).slice();
      kernels.calls.release(mark);
      return scores;
    },
    inOwnUnits: (solution) => {
      const slopes = scales.map((scale, j) => (scale === 0 ? 0 : (solution[j] as number) / scale));
      const intercept = slopes.reduce(
        (sum, slope, j) => sum - slope * (centres[j] as number),
        solution[columns] as number,
      );
      return { slopes, intercept };
    },
  };
}

type Placed = Omit<MarginRows, 'weights'> & {
  readonly at: Pointer;
  readonly target: Pointer;
  readonly weights: Pointer;
  readonly penalties: Float64Array;
  readonly poll: () => void;
};

function objectiveOf(kernels: Kernels, placed: Placed): Objective {
  const { x, C, tube, isOneSided, at, target, weights, penalties } = placed;
  const size = penalties.length;
  const w = kernels.reserveDoubles(size);
  const gradientAt = kernels.reserveDoubles(size);
  const active = kernels.reserveDoubles(x.rowCount);
  // A Hessian costs about this many gradients more than the three or so that it saves.
  const refresh = 3 + Math.ceil(size / 12);
  const { calls } = kernels;
  return {
    size,
    gradientInto: (point, gradient) => {
      kernels.doublesAt(w, size).set(point);
      calls.residualGradient(
        at,
        x.rowCount,
        size,
        target,
        weights,
        w,
        tube,
        isOneSided,
        gradientAt,
        active,
      );
      const pulls = kernels.doublesAt(gradientAt, size);
      for (let j = 0; j < size; j++)
        gradient[j] =
          (penalties[j] as number) * (point[j] as number) - 2 * C * (pulls[j] as number);
    },
    curvatureAt: (step) => {
      if (step % refresh !== 0) return undefined;
      if (size > PRODUCTS_WIDTH) return step === 0 ? steepest(placed) : undefined;
      return exact(kernels, placed, active);
    },
  };
}

/** The products of the rows that cost something at the point of the last gradient. */
function exact(
  kernels: Kernels,
  { at, x, C, penalties, poll }: Placed,
  active: Pointer,
): Curvature {
  const size = penalties.length;
  const mark = kernels.calls.mark();
  const out = kernels.reserveDoubles(size * size);
  kernels.calls.gram(at, x.rowCount, size, active, out);
  const matrix = kernels.doublesAt(out, size * size).map((product) => 2 * C * product);
  kernels.calls.release(mark);
  for (let j = 0; j < size; j++)
    matrix[j * size + j] = (matrix[j * size + j] as number) + (penalties[j] as number);
  const factor = factorise(matrix, size, poll);
  return { solveInto: (gradient) => solveInto(factor, gradient) };
}

/** Only the diagonal: standardised columns have variance 1. */
function steepest({ x, C, penalties }: Placed): Curvature {
  return {
    solveInto: (gradient) => {
      for (let j = 0; j < gradient.length; j++)
        gradient[j] = (gradient[j] as number) / ((penalties[j] as number) + 2 * C * x.rowCount);
    },
  };
}
