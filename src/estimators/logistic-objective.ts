import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { factorise, solveInto } from './cholesky.ts';
import { penaltyUnit } from './least-squares.ts';
import type { Curvature, Objective } from './minimise.ts';
import type { Block, SparseObjective } from './minimise-sparse.ts';
import { putStandardised, type Standardisation, type StandardTable } from './standard-columns.ts';

export type LogisticRows = {
  readonly x: Matrix;
  /** Places among the present classes; for one output, the share of the second class in the row: 0, 1 or between. */
  readonly target: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly outputs: number;
};

export type LinearFunction = {
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
};

/** Unknowns up to which second derivatives are computed exactly: they cost rows · unknowns². */
const EXACT_SIZE = 256;
/** Columns up to which their products are computed: they cost rows · columns². */
const PRODUCTS_WIDTH = 512;

export type LogisticPenalty = {
  readonly C: number;
  /** Share of the penalty on absolute coefficients; the rest is on squared ones. */
  readonly l1Ratio: number;
};

/** A logistic problem in the kernels' memory. */
type Problem = {
  readonly kernels: Kernels;
  readonly at: Pointer;
  readonly table: StandardTable;
  readonly rowCount: number;
  /** Columns and the intercept. */
  readonly width: number;
  readonly outputs: number;
  readonly C: number;
  /** (1 − l1Ratio) / deviation² per column, 0 for the intercept: penalties are on coefficients in the columns' own units. */
  readonly penalties: Float64Array;
  readonly poll: () => void;
};

/**
 * The logistic objective as a function of coefficients of standardised columns: outputs × (columns + 1), the intercept
 * last. `start` has no slopes, and intercepts that give each class its share of the rows.
 */
export function logisticObjective(
  kernels: Kernels,
  rows: LogisticRows,
  { C, l1Ratio }: LogisticPenalty,
  poll: () => void,
) {
  const { x, target, weights, outputs } = rows;
  const width = x.names.length + 1;
  const table = putStandardised(kernels, x, weights, new Float64Array(x.rowCount).fill(1));
  const problem: Problem = {
    kernels,
    at: kernels.calls.createLogistic(
      table.at,
      x.rowCount,
      width,
      kernels.put(target),
      table.weights,
      outputs,
    ),
    table,
    rowCount: x.rowCount,
    width,
    outputs,
    C,
    penalties: Float64Array.from(
      [...table.scales, Infinity],
      (scale) => (1 - l1Ratio) / penaltyUnit(scale),
    ),
    poll,
  };
  const shares = sharesOfClasses(rows);
  const smooth = objectiveOf(problem, shares);
  const l1 = [...table.scales, Infinity].map((scale) => l1Ratio / Math.sqrt(penaltyUnit(scale)));
  return {
    objective: smooth,
    sparse: (): SparseObjective => ({
      ...smooth,
      l1: Float64Array.from({ length: smooth.size }, (_, i) => l1[i % width] as number),
      blocks: () => blocksOf(problem),
    }),
    start: startOf(kernels, shares, width),
    scales: table.scales,
    centres: table.centres,
    inOwnUnits: (w: Float64Array) => inOwnUnits(w, table, outputs),
  };
}

/** Weight of each class as a share of all; of the second class alone where there are two. */
function sharesOfClasses({ target, weights, outputs }: LogisticRows): Float64Array {
  const sums = new Float64Array(outputs);
  let total = 0;
  target.forEach((place, i) => {
    const weight = weights?.[i] ?? 1;
    if (outputs === 1) sums[0] = (sums[0] as number) + weight * place;
    else sums[place] = (sums[place] as number) + weight;
    total += weight;
  });
  return sums.map((sum) => sum / total);
}

function startOf({ calls }: Kernels, shares: Float64Array, width: number): Float64Array {
  const w = new Float64Array(shares.length * width);
  shares.forEach((share, k) => {
    const rest = shares.length === 1 ? 1 - share : 1;
    w[k * width + width - 1] = calls.logarithm(share) - calls.logarithm(rest);
  });
  return w;
}

function objectiveOf(problem: Problem, shares: Float64Array): Objective {
  const { kernels, width, outputs, penalties, C } = problem;
  const size = outputs * width;
  const at = kernels.reserveDoubles(size);
  const gradientAt = kernels.reserveDoubles(size);
  // A Hessian costs about this many gradients more than the three or so that it saves.
  const refresh = 3 + Math.ceil(((outputs + 1) * width) / 24);
  return {
    size,
    gradientInto: (w, gradient) => {
      kernels.doublesAt(at, size).set(w);
      kernels.calls.logisticGradient(problem.at, at, gradientAt);
      const slopes = kernels.doublesAt(gradientAt, size);
      for (let i = 0; i < size; i++)
        gradient[i] =
          C * (slopes[i] as number) + (penalties[i % width] as number) * (w[i] as number);
    },
    curvatureAt: (step) => {
      if (step === 0) return width > PRODUCTS_WIDTH ? steepest(problem) : perClass(problem, shares);
      return step % refresh === 0 && size <= EXACT_SIZE ? hessian(problem) : undefined;
    },
  };
}

/** Only the diagonal: standardised columns have variance 1, and p (1 − p) is at most ¼. */
function steepest({ penalties, C, rowCount }: Problem): Curvature {
  return {
    solveInto: (gradient) => {
      for (let i = 0; i < gradient.length; i++) {
        const penalty = penalties[i % penalties.length] as number;
        gradient[i] = (gradient[i] as number) / (penalty + (C * rowCount) / 4);
      }
    },
  };
}

/** The Hessian at the start, where all rows have the same probabilities: p (1 − p) XᵀX per class; classes kept apart. */
function perClass(problem: Problem, shares: Float64Array): Curvature {
  const { kernels, width, C, penalties, table } = problem;
  const out = kernels.reserveDoubles(width * width);
  kernels.calls.gram(table.at, problem.rowCount, width, table.weights, out);
  const products = kernels.doublesAt(out, width * width).slice();
  const factors = Array.from(shares, (share) => {
    const matrix = products.map((product) => C * share * (1 - share) * product);
    addDiagonalInto(penalties, matrix);
    return factorise(matrix, width, problem.poll);
  });
  return {
    solveInto: (gradient) => {
      factors.forEach((factor, k) => {
        solveInto(factor, gradient.subarray(k * width, (k + 1) * width));
      });
    },
  };
}

function hessian(problem: Problem): Curvature {
  const factor = factorise(exactMatrix(problem), problem.outputs * problem.width, problem.poll);
  return { solveInto: (gradient) => solveInto(factor, gradient) };
}

/** Second derivatives at the point of the last gradient. */
function exactMatrix({ kernels, at, outputs, width, C, penalties }: Problem): Float64Array {
  const size = outputs * width;
  const mark = kernels.calls.mark();
  const out = kernels.reserveDoubles(size * size);
  kernels.calls.logisticHessian(at, out);
  const matrix = kernels.doublesAt(out, size * size).map((entry) => C * entry);
  kernels.calls.release(mark);
  addDiagonalInto(penalties, matrix);
  if (outputs > 1) fixCommonShiftInto(matrix, size, outputs);
  return matrix;
}

/** The same, without what joins classes, or columns, where that is too much to compute. */
function blocksOf(problem: Problem): readonly Block[] {
  const { kernels, at, outputs, width, C, penalties, rowCount } = problem;
  if (outputs * width <= EXACT_SIZE) return [{ from: 0, matrix: exactMatrix(problem) }];
  if (width > PRODUCTS_WIDTH)
    return Array.from({ length: outputs * width }, (_, from) => {
      const curvature = (penalties[from % width] as number) + (C * rowCount) / 4;
      return { from, matrix: Float64Array.of(curvature) };
    });
  const mark = kernels.calls.mark();
  const out = kernels.reserveDoubles(width * width);
  const blocks = Array.from({ length: outputs }, (_, k) => {
    kernels.calls.logisticClassHessian(at, k, out);
    const matrix = kernels.doublesAt(out, width * width).map((entry) => C * entry);
    addDiagonalInto(penalties, matrix);
    return { from: k * width, matrix };
  });
  kernels.calls.release(mark);
  return blocks;
}

/** Adds the penalties, repeated along the diagonal. */
function addDiagonalInto(penalties: Float64Array, matrix: Float64Array): void {
  const size = Math.sqrt(matrix.length);
  for (let i = 0; i < size; i++)
    matrix[i * size + i] =
      (matrix[i * size + i] as number) + (penalties[i % penalties.length] as number);
}

/** Adding a number to all intercepts changes nothing: that direction gets a curvature, and its gradient is 0 anyway. */
function fixCommonShiftInto(matrix: Float64Array, size: number, outputs: number): void {
  const width = size / outputs;
  const amount = (matrix[width * size - size + width - 1] as number) / outputs;
  for (let a = width - 1; a < size; a += width)
    for (let b = width - 1; b < size; b += width)
      matrix[a * size + b] = (matrix[a * size + b] as number) + amount;
}

/** Coefficients of the columns as they are, from those of the standardised ones. */
function inOwnUnits(
  w: Float64Array,
  { centres, scales }: Standardisation,
  outputs: number,
): LinearFunction {
  const columns = scales.length;
  const width = columns + 1;
  const coefficients = new Float64Array(outputs * columns);
  const intercepts = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    let intercept = w[k * width + columns] as number;
    for (let j = 0; j < columns; j++) {
      const scale = scales[j] as number;
      const coefficient = scale === 0 ? 0 : (w[k * width + j] as number) / scale;
      coefficients[k * columns + j] = coefficient;
      intercept -= coefficient * (centres[j] as number);
    }
    intercepts[k] = intercept;
  }
  return { coefficients, intercepts };
}
