// Logistic loss over one score (binary) or one per class (softmax), its gradient, and the weights of its Hessian.
import { allocate, mark, release } from './arena';
import { addProjections, combine, gram } from './dense';
import { exponentials, logarithm } from './elementary';
import { spend } from './patience';

/** Rows whose scores stay in the first-level cache between the passes over them. */
const BLOCK: i32 = 512;

@unmanaged
export class Logistic {
  /** f64, column-major, the last column all ones. */
  x: usize;
  rows: i32;
  columns: i32;
  /** f64 per row: class codes from 0. */
  target: usize;
  /** f64 per row; 0 = every row weighs 1. */
  weights: usize;
  /** 1 = binary, else the number of classes. */
  outputs: i32;
  /** f64, class-major: P(class) per row (P(class 1) if binary), written by `logisticLoss`. */
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
  logistic.probabilities = allocate((<usize>rows * <usize>outputs) << 3);
  logistic.residuals = allocate((<usize>BLOCK * <usize>outputs) << 3);
  return logistic;
}

/** Σ weight · −ln P(truth) at coefficients `w` (outputs × columns); fills `gradient` of the same shape. */
export function logisticLoss(problem: Logistic, w: usize, gradient: usize): f64 {
  const outputs = problem.outputs;
  const columns = problem.columns;
  memory.fill(gradient, 0, (<usize>outputs * <usize>columns) << 3);
  let loss = 0.0;
  for (let begin = 0; begin < problem.rows; begin += BLOCK) {
    const count = min(BLOCK, problem.rows - begin);
    for (let k = 0; k < outputs; k++) scoreBlock(problem, begin, count, k, w);
    loss += outputs == 1 ? binaryBlock(problem, begin, count) : softmaxBlock(problem, begin, count);
    for (let k = 0; k < outputs; k++) gradientBlock(problem, begin, count, k, gradient);
    spend((<i64>count * columns * outputs) << 1);
  }
  return loss;
}

function residualsOf(problem: Logistic, k: i32): usize {
  return problem.residuals + ((<usize>k * <usize>BLOCK) << 3);
}

function blockOf(problem: Logistic, begin: i32): usize {
  return problem.x + ((<usize>begin) << 3);
}

function scoreBlock(problem: Logistic, begin: i32, count: i32, k: i32, w: usize): void {
  const factors = w + ((<usize>k * <usize>problem.columns) << 3);
  const stride = (<usize>problem.rows) << 3;
  const scores = residualsOf(problem, k);
  combine(blockOf(problem, begin), stride, problem.columns, factors, scores, count);
}

function gradientBlock(problem: Logistic, begin: i32, count: i32, k: i32, gradient: usize): void {
  const out = gradient + ((<usize>k * <usize>problem.columns) << 3);
  const stride = (<usize>problem.rows) << 3;
  const residuals = residualsOf(problem, k);
  addProjections(blockOf(problem, begin), stride, problem.columns, residuals, out, count);
}

function weightOf(problem: Logistic, row: usize): f64 {
  return problem.weights == 0 ? 1.0 : load<f64>(problem.weights + (row << 3));
}

/** Scores become residuals, probabilities are kept; answers the loss: ln(1 + e^−|z|) + max(z, 0) − y z. */
function binaryBlock(problem: Logistic, begin: i32, count: i32): f64 {
  const scores = residualsOf(problem, 0);
  const one = f64x2.splat(1.0);
  let loss = 0.0;
  for (let i = 0; i < count; i += 2) {
    const at = scores + ((<usize>i) << 3);
    const z = v128.load(at);
    const raised = exponentials(f64x2.neg(f64x2.abs(z)));
    const sum = f64x2.add(one, raised);
    const isPositive = f64x2.ge(z, f64x2.splat(0.0));
    const p = f64x2.div(v128.bitselect(one, raised, isPositive), sum);
    const first = f64x2.extract_lane(z, 0);
    loss += binaryRow(
      problem,
      begin + i,
      first,
      f64x2.extract_lane(sum, 0),
      f64x2.extract_lane(p, 0),
      at,
    );
    if (i + 1 == count) break;
    const second = f64x2.extract_lane(z, 1);
    loss += binaryRow(
      problem,
      begin + i + 1,
      second,
      f64x2.extract_lane(sum, 1),
      f64x2.extract_lane(p, 1),
      at + 8,
    );
  }
  return loss;
}

function binaryRow(problem: Logistic, row: usize, z: f64, sum: f64, p: f64, residual: usize): f64 {
  const weight = weightOf(problem, row);
  const truth = load<f64>(problem.target + (row << 3));
  store<f64>(problem.probabilities + (row << 3), p);
  store<f64>(residual, weight * (p - truth));
  return weight * (logarithm(sum) + max(z, 0.0) - truth * z);
}

/** As `binaryBlock` for several classes: ln Σ eᶻ − z of the true class. */
function softmaxBlock(problem: Logistic, begin: i32, count: i32): f64 {
  const outputs = <usize>problem.outputs;
  const stride = (<usize>BLOCK) << 3;
  const end = outputs * stride;
  const keep = (<usize>problem.rows) << 3;
  let loss = 0.0;
  for (let i = 0; i < count; i += 2) {
    const scores = problem.residuals + ((<usize>i) << 3);
    const row = <usize>(begin + i);
    let highest = v128.load(scores);
    for (let k = stride; k < end; k += stride) highest = f64x2.max(highest, v128.load(scores + k));
    let sum = f64x2.splat(0.0);
    const lanes = min(2, count - i);
    for (let lane = 0; lane < lanes; lane++) {
      loss -= weightOf(problem, row + lane) * trueScore(problem, scores, row, lane, highest);
    }
    for (let k: usize = 0; k < end; k += stride) {
      const raised = exponentials(f64x2.sub(v128.load(scores + k), highest));
      v128.store(scores + k, raised);
      sum = f64x2.add(sum, raised);
    }
    for (let lane = 0; lane < lanes; lane++) {
      const total = lane == 0 ? f64x2.extract_lane(sum, 0) : f64x2.extract_lane(sum, 1);
      const weight = weightOf(problem, row + lane);
      loss += weight * logarithm(total);
      const truth = <usize>load<f64>(problem.target + ((row + lane) << 3));
      let kept = problem.probabilities + ((row + lane) << 3);
      for (let k: usize = 0; k < outputs; k++) {
        const at = scores + k * stride + ((<usize>lane) << 3);
        const p = load<f64>(at) / total;
        store<f64>(kept, p);
        store<f64>(at, weight * (p - (k == truth ? 1.0 : 0.0)));
        kept += keep;
      }
    }
  }
  return loss;
}

/** Score of the row's class less the row's highest score. */
function trueScore(problem: Logistic, scores: usize, row: usize, lane: i32, highest: v128): f64 {
  const truth = <usize>load<f64>(problem.target + ((row + lane) << 3));
  const score = load<f64>(scores + ((truth * <usize>BLOCK) << 3) + ((<usize>lane) << 3));
  const top = lane == 0 ? f64x2.extract_lane(highest, 0) : f64x2.extract_lane(highest, 1);
  return score - top;
}

/**
 * Second derivatives at the probabilities that `logisticLoss` left: block (a, b) is Xᵀ diag(weight · pₐ ([a = b] − p_b)) X.
 * `out` is size × size with size = outputs · columns.
 */
export function logisticHessian(problem: Logistic, out: usize): void {
  const outputs = problem.outputs;
  const columns = <usize>problem.columns;
  const size = <usize>outputs * columns;
  const scratch = mark();
  const curvature = allocate((<usize>problem.rows) << 3);
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

function fillCurvature(problem: Logistic, a: i32, b: i32, out: usize): void {
  const rows = <usize>problem.rows;
  const pa = problem.probabilities + ((<usize>a * rows) << 3);
  const pb = problem.probabilities + ((<usize>b * rows) << 3);
  for (let i: usize = 0; i < rows; i++) {
    const first = load<f64>(pa + (i << 3));
    const second = load<f64>(pb + (i << 3));
    const product = a == b ? first * (1.0 - first) : -first * second;
    store<f64>(out + (i << 3), product * weightOf(problem, i));
  }
}

/** Scores of new rows into `out` (row-major, outputs per row): `w` is outputs × columns, `offsets` one per output. */
export function linearScores(
  x: usize,
  rows: i32,
  columns: i32,
  w: usize,
  offsets: usize,
  outputs: i32,
  out: usize,
): void {
  for (let i: usize = 0; i < <usize>rows; i++) {
    for (let k: usize = 0; k < <usize>outputs; k++) {
      let score = load<f64>(offsets + (k << 3));
      let weight = w + ((k * <usize>columns) << 3);
      let cell = x + (i << 3);
      for (let j = 0; j < columns; j++) {
        score += load<f64>(weight) * load<f64>(cell);
        weight += 8;
        cell += (<usize>rows) << 3;
      }
      store<f64>(out + ((i * <usize>outputs + k) << 3), score);
    }
    spend(<i64>columns * outputs);
  }
}
