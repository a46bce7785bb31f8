// Slopes and curvature of the logistic loss Σ weight · −ln P(truth) over one score (binary) or one per class (softmax).
import { allocate, mark, release } from './arena';
import { addProjections, combine, gram } from './dense';
import { exponentials } from './elementary';
import { spend } from './patience';

/** Rows of a block: of few classes their scores stay in the first-level cache between the passes over them. */
const BLOCK: i32 = 256;

@unmanaged
export class Logistic {
  /** f64, column-major, the last column all ones. */
  x: usize;
  rows: i32;
  columns: i32;
  /** f64 per row, and one more to read where rows are odd: class codes from 0. */
  target: usize;
  /** Likewise; 0 = every row weighs 1. */
  weights: usize;
  /** 1 = binary, else the number of classes. */
  outputs: i32;
  /** Bytes per class: rows rounded up to even, since they are taken in pairs. */
  stride: usize;
  /** f64, class-major: P(class) per row (P(class 1) if binary), written by `logisticGradient`. */
  probabilities: usize;
  /** Scratch of one block: score minus truth, class-major. */
  residuals: usize;
}

export function createLogistic(
  x: usize,
  rows: i32,
  columns: i32,
  target: usize,
  weights: usize,
  outputs: i32,
): Logistic {
  const logistic = changetype<Logistic>(allocate(offsetof<Logistic>()));
  logistic.x = x;
  logistic.rows = rows;
  logistic.columns = columns;
  logistic.target = target;
  logistic.weights = weights;
  logistic.outputs = outputs;
  logistic.stride = (<usize>(rows + 1) & ~1) << 3;
  logistic.probabilities = allocate(logistic.stride * <usize>outputs);
  logistic.residuals = allocate((<usize>BLOCK * <usize>outputs) << 3);
  return logistic;
}

/** The gradient at coefficients `w`, both outputs × columns: Σ weight · (P(class) − [is the class]) · x. */
export function logisticGradient(problem: Logistic, w: usize, gradient: usize): void {
  const outputs = problem.outputs;
  const columns = problem.columns;
  const stride = (<usize>problem.rows) << 3;
  const residuals = problem.residuals;
  const residualStride = (<usize>BLOCK) << 3;
  memory.fill(gradient, 0, (<usize>outputs * <usize>columns) << 3);
  for (let begin = 0; begin < problem.rows; begin += BLOCK) {
    const count = min(BLOCK, problem.rows - begin);
    const block = problem.x + ((<usize>begin) << 3);
    combine(block, stride, columns, w, outputs, residuals, residualStride, count);
    if (outputs == 1) binaryBlock(problem, begin, count);
    else softmaxBlock(problem, begin, count);
    addProjections(block, stride, columns, residuals, residualStride, outputs, gradient, count);
    spend((<i64>count * columns * outputs) << 1);
  }
}

/** Weights of the row at byte `row` and the next. */
function weightsOf(problem: Logistic, row: usize): v128 {
  return problem.weights == 0 ? f64x2.splat(1.0) : v128.load(problem.weights + row);
}

/** Scores become residuals; probabilities are kept. */
function binaryBlock(problem: Logistic, begin: i32, count: i32): void {
  const scores = problem.residuals;
  const one = f64x2.splat(1.0);
  for (let i = 0; i < count; i += 2) {
    const at = scores + ((<usize>i) << 3);
    const row = (<usize>(begin + i)) << 3;
    const z = v128.load(at);
    const raised = exponentials(f64x2.neg(f64x2.abs(z)));
    const isPositive = f64x2.ge(z, f64x2.splat(0.0));
    const above = v128.bitselect(one, raised, isPositive);
    const p = f64x2.div(above, f64x2.add(one, raised));
    v128.store(problem.probabilities + row, p);
    const error = f64x2.sub(p, v128.load(problem.target + row));
    v128.store(at, f64x2.mul(weightsOf(problem, row), error));
  }
}

/** As `binaryBlock` for several classes. */
function softmaxBlock(problem: Logistic, begin: i32, count: i32): void {
  const stride = (<usize>BLOCK) << 3;
  const end = <usize>problem.outputs * stride;
  const one = f64x2.splat(1.0);
  for (let i = 0; i < count; i += 2) {
    const scores = problem.residuals + ((<usize>i) << 3);
    const row = (<usize>(begin + i)) << 3;
    let highest = v128.load(scores);
    for (let k = stride; k < end; k += stride) highest = f64x2.max(highest, v128.load(scores + k));
    let sum = f64x2.splat(0.0);
    for (let k: usize = 0; k < end; k += stride) {
      const raised = exponentials(f64x2.sub(v128.load(scores + k), highest));
      v128.store(scores + k, raised);
      sum = f64x2.add(sum, raised);
    }
    const inverse = f64x2.div(one, sum);
    const weights = weightsOf(problem, row);
    const truth = v128.load(problem.target + row);
    let klass = f64x2.splat(0.0);
    let kept = problem.probabilities + row;
    for (let k: usize = 0; k < end; k += stride) {
      const p = f64x2.mul(v128.load(scores + k), inverse);
      v128.store(kept, p);
      const isTruth = v128.and(f64x2.eq(truth, klass), one);
      v128.store(scores + k, f64x2.mul(weights, f64x2.sub(p, isTruth)));
      klass = f64x2.add(klass, one);
      kept += problem.stride;
    }
  }
}

/**
 * Second derivatives at the probabilities that `logisticGradient` left: block (a, b) is Xᵀ diag(weight · pₐ ([a = b] − p_b)) X.
 * `out` is size × size with size = outputs · columns.
 */
export function logisticHessian(problem: Logistic, out: usize): void {
  const outputs = problem.outputs;
  const columns = <usize>problem.columns;
  const size = <usize>outputs * columns;
  const scratch = mark();
  const curvature = allocate(problem.stride);
  const block = allocate((columns * columns) << 3);
  for (let a = 0; a < outputs; a++) {
    for (let b = a; b < outputs; b++) {
      fillCurvature(problem, a, b, curvature);
      gram(problem.x, problem.rows, problem.columns, curvature, block);
      for (let j: usize = 0; j < columns; j++) {
        const from = block + ((j * columns) << 3);
        const upper = (<usize>a * columns + j) * size + <usize>b * columns;
        const lower = (<usize>b * columns + j) * size + <usize>a * columns;
        memory.copy(out + (upper << 3), from, columns << 3);
        memory.copy(out + (lower << 3), from, columns << 3);
      }
    }
  }
  release(scratch);
}

/** As `logisticHessian`, of one class alone: columns × columns. */
export function logisticClassHessian(problem: Logistic, klass: i32, out: usize): void {
  const scratch = mark();
  const curvature = allocate(problem.stride);
  fillCurvature(problem, klass, klass, curvature);
  gram(problem.x, problem.rows, problem.columns, curvature, out);
  release(scratch);
}

function fillCurvature(problem: Logistic, a: i32, b: i32, out: usize): void {
  const pa = problem.probabilities + <usize>a * problem.stride;
  const pb = problem.probabilities + <usize>b * problem.stride;
  const own = f64x2.splat(a == b ? 1.0 : 0.0);
  for (let row: usize = 0; row < problem.stride; row += 16) {
    const product = f64x2.mul(v128.load(pa + row), f64x2.sub(own, v128.load(pb + row)));
    v128.store(out + row, f64x2.mul(product, weightsOf(problem, row)));
  }
}
