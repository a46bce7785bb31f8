// What boosted trees minimise: derivatives, the loss itself, and the values of leaves.
import { exponential, logarithm } from './elementary';
import {
  logisticGradients,
  poissonGradients,
  quantileGradients,
  softmaxGradients,
  squaredGradients,
  tweedieGradients,
} from './gradients';

/** Numbers as they stand in calls from outside. */
export const SQUARED: i32 = 0;
export const LOGISTIC: i32 = 1;
export const SOFTMAX: i32 = 2;
export const QUANTILE: i32 = 3;
export const POISSON: i32 = 4;
export const TWEEDIE: i32 = 5;

@unmanaged
export class Objective {
  kind: i32;
  /** Columns of scores: classes under softmax, else 1. */
  outputs: i32;
  /** The quantile, or the power of the variance. */
  shape: f64;
  rows: i32;
  /** f64 per row: values, 0 or 1, or class codes. */
  target: usize;
  /** f64 per row; 0 = every row weighs 1. */
  weights: usize;
  /** f64, output-major, `stride` bytes per output: even rows, so that pairs never straddle two of them. */
  scores: usize;
  /** Softmax only: the shares of the classes when the round began, in the shape of the scores. */
  probabilities: usize;
  stride: usize;
}

/** (gradient, hessian) of every row by the scores of one output. */
export function fillGradients(objective: Objective, output: i32, out: usize): void {
  const scores = objective.scores;
  const target = objective.target;
  const weights = objective.weights;
  const rows = objective.rows;
  const shape = objective.shape;
  switch (objective.kind) {
    case SQUARED:
      return squaredGradients(scores, target, weights, rows, out);
    case LOGISTIC:
      return logisticGradients(scores, target, weights, rows, out);
    case QUANTILE:
      return quantileGradients(scores, target, weights, rows, shape, out);
    case POISSON:
      return poissonGradients(scores, target, weights, rows, out);
    case TWEEDIE:
      return tweedieGradients(scores, target, weights, rows, shape, out);
    default: {
      const mine = objective.probabilities + <usize>output * objective.stride;
      softmaxGradients(mine, target, weights, rows, output, objective.outputs, out);
    }
  }
}

/**
 * A Newton step as the value of a leaf. Under Poisson loss the best step is ln(1 + Newton's), which no count makes too
 * long; downwards Newton's is the shorter one.
 */
export function leafValue(objective: Objective, step: f64): f64 {
  return objective.kind == POISSON && step > 0.0 ? logarithm(1.0 + step) : step;
}

/** Mean loss of the rows that `list` (u32) names. */
export function meanLoss(objective: Objective, list: usize, count: i32): f64 {
  let sum = 0.0;
  let total = 0.0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = <usize>load<u32>(list + (i << 2));
    const weight = objective.weights == 0 ? 1.0 : load<f64>(objective.weights + (row << 3));
    sum += weight * lossOf(objective, row);
    total += weight;
  }
  return sum / total;
}

function lossOf(objective: Objective, row: usize): f64 {
  const score = load<f64>(objective.scores + (row << 3));
  const truth = load<f64>(objective.target + (row << 3));
  switch (objective.kind) {
    case SQUARED:
      return (score - truth) * (score - truth);
    case LOGISTIC:
      // ln(1 + eˢ) − y s, the exponent never positive.
      return logarithm(1.0 + exponential(-abs(score))) + max(score, 0.0) - truth * score;
    case QUANTILE:
      return truth > score
        ? objective.shape * (truth - score)
        : (1.0 - objective.shape) * (score - truth);
    case POISSON:
      return exponential(score) - truth * score;
    case TWEEDIE: {
      const a = 1.0 - objective.shape;
      const b = 2.0 - objective.shape;
      return exponential(b * score) / b - (truth * exponential(a * score)) / a;
    }
    default:
      return softmaxLoss(objective, row, <usize>truth);
  }
}

function softmaxLoss(objective: Objective, row: usize, truth: usize): f64 {
  const first = objective.scores + (row << 3);
  const end = first + <usize>objective.outputs * objective.stride;
  let highest = load<f64>(first);
  for (let at = first; at < end; at += objective.stride) highest = max(highest, load<f64>(at));
  let sum = 0.0;
  for (let at = first; at < end; at += objective.stride) {
    sum += exponential(load<f64>(at) - highest);
  }
  return logarithm(sum) + highest - load<f64>(first + truth * objective.stride);
}
