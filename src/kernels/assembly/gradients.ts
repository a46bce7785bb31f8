// First and second derivatives of the loss by the score of each row, both times the row's weight.
import { exponential, exponentials, sigmoids } from './elementary';

function storePair(at: usize, gradient: f64, hessian: f64): void {
  store<f64>(at, gradient);
  store<f64>(at, hessian, 8);
}

function weightOf(weights: usize, i: usize): f64 {
  return weights == 0 ? 1.0 : load<f64>(weights + (i << 3));
}

/** Half the squared error: score − target, 1. */
export function squaredGradients(
  scores: usize,
  target: usize,
  weights: usize,
  rows: i32,
  out: usize,
): void {
  for (let i: usize = 0; i < <usize>rows; i++) {
    const weight = weightOf(weights, i);
    const error = load<f64>(scores + (i << 3)) - load<f64>(target + (i << 3));
    storePair(out + (i << 4), weight * error, weight);
  }
}

/** Pinball loss: slopes of 1 − quantile above the target and −quantile below it, curvature 1 for want of any. */
export function quantileGradients(
  scores: usize,
  target: usize,
  weights: usize,
  rows: i32,
  quantile: f64,
  out: usize,
): void {
  for (let i: usize = 0; i < <usize>rows; i++) {
    const weight = weightOf(weights, i);
    const below = load<f64>(scores + (i << 3)) < load<f64>(target + (i << 3));
    storePair(out + (i << 4), weight * (below ? -quantile : 1.0 - quantile), weight);
  }
}

/** What LightGBM adds to the exponent of Poisson's curvature, so that steps on few counts do not go too far. */
const POISSON_CAUTION: f64 = 0.7;

/** Poisson loss of the logarithm of a mean: eˢ − y, e^(s + 0.7). */
export function poissonGradients(
  scores: usize,
  target: usize,
  weights: usize,
  rows: i32,
  out: usize,
): void {
  const caution = exponential(POISSON_CAUTION);
  for (let i: usize = 0; i < <usize>rows; i++) {
    const weight = weightOf(weights, i);
    const mean = exponential(load<f64>(scores + (i << 3)));
    const slope = mean - load<f64>(target + (i << 3));
    storePair(out + (i << 4), weight * slope, weight * caution * mean);
  }
}

/** Tweedie loss of the logarithm of a mean, variance meanᵖ with 1 < p < 2: e^((2−p)s) − y e^((1−p)s), and its slope. */
export function tweedieGradients(
  scores: usize,
  target: usize,
  weights: usize,
  rows: i32,
  power: f64,
  out: usize,
): void {
  const a = 1.0 - power;
  const b = 2.0 - power;
  for (let i: usize = 0; i < <usize>rows; i++) {
    const weight = weightOf(weights, i);
    const score = load<f64>(scores + (i << 3));
    const pull = load<f64>(target + (i << 3)) * exponential(a * score);
    const push = exponential(b * score);
    storePair(out + (i << 4), weight * (push - pull), weight * (b * push - a * pull));
  }
}

/** Binary logistic loss with target 0 or 1: p − y, p (1 − p). */
export function logisticGradients(
  scores: usize,
  target: usize,
  weights: usize,
  rows: i32,
  out: usize,
): void {
  for (let i: usize = 0; i < <usize>rows; i += 2) {
    // The odd last row reads one number past the scores, which are padded, and keeps one lane.
    const p = sigmoids(v128.load(scores + (i << 3)));
    storeLogistic(f64x2.extract_lane(p, 0), target, weights, i, out);
    if (i + 1 < <usize>rows) storeLogistic(f64x2.extract_lane(p, 1), target, weights, i + 1, out);
  }
}

function storeLogistic(p: f64, target: usize, weights: usize, i: usize, out: usize): void {
  const weight = weightOf(weights, i);
  storePair(out + (i << 4), weight * (p - load<f64>(target + (i << 3))), weight * p * (1.0 - p));
}

/** Softmax loss for one class: p − [y is the class], K / (K − 1) · p (1 − p) as Friedman (2001) scales it. */
export function softmaxGradients(
  probabilities: usize,
  target: usize,
  weights: usize,
  rows: i32,
  klass: i32,
  classes: i32,
  out: usize,
): void {
  const factor = <f64>classes / <f64>(classes - 1);
  for (let i: usize = 0; i < <usize>rows; i++) {
    const weight = weightOf(weights, i);
    const p = load<f64>(probabilities + (i << 3));
    const gradient = load<f64>(target + (i << 3)) == <f64>klass ? p - 1.0 : p;
    storePair(out + (i << 4), weight * gradient, weight * factor * p * (1.0 - p));
  }
}

/** Softmax over class-major scores (`stride` bytes per class) into `out` of the same shape; two rows at a time. */
export function softmaxColumns(
  scores: usize,
  rows: i32,
  classes: i32,
  stride: usize,
  out: usize,
): void {
  const end = <usize>classes * stride;
  for (let i: usize = 0; i < (<usize>rows) << 3; i += 16) {
    let highest = v128.load(scores + i);
    for (let k = stride; k < end; k += stride) {
      highest = f64x2.max(highest, v128.load(scores + k + i));
    }
    let sum = f64x2.splat(0.0);
    for (let k: usize = 0; k < end; k += stride) {
      const raised = exponentials(f64x2.sub(v128.load(scores + k + i), highest));
      v128.store(out + k + i, raised);
      sum = f64x2.add(sum, raised);
    }
    const inverse = f64x2.div(f64x2.splat(1.0), sum);
    for (let k: usize = 0; k < end; k += stride) {
      v128.store(out + k + i, f64x2.mul(v128.load(out + k + i), inverse));
    }
  }
}
