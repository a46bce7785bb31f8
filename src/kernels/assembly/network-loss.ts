// How far a network's scores are from the truth, and the slope of that by each score.
import { exponential } from './elementary';
import { activationsOf, Network, unitsOf } from './network';

/** The loss of the rows whose scores stand in the last layer; `slopes` get its derivative by each score. */
export function lossAndSlopes(
  network: Network,
  target: usize,
  weights: usize,
  order: usize,
  from: i32,
  count: i32,
): f64 {
  const outputs = unitsOf(network, network.layers);
  const bytes = (<usize>outputs) << 3;
  let loss = 0.0;
  let scores = activationsOf(network, network.layers);
  let slopes = network.slopes;
  for (let i = 0; i < count; i++) {
    const row = (<usize>load<i32>(order + ((<usize>(from + i)) << 2))) << 3;
    const truth = load<f64>(target + row);
    const weight = weights == 0 ? 1.0 : load<f64>(weights + row);
    if (outputs == 1) {
      const error = load<f64>(scores) - truth;
      store<f64>(slopes, weight * error);
      loss += 0.5 * weight * error * error;
    } else {
      loss += weight * softmaxLoss(scores, bytes, (<usize>truth) << 3, weight, slopes);
    }
    scores += bytes;
    slopes += bytes;
  }
  return loss;
}

function softmaxLoss(scores: usize, bytes: usize, truth: usize, weight: f64, slopes: usize): f64 {
  let highest = load<f64>(scores);
  for (let k: usize = 8; k < bytes; k += 8) highest = max(highest, load<f64>(scores + k));
  let sum = 0.0;
  for (let k: usize = 0; k < bytes; k += 8) {
    const raised = exponential(load<f64>(scores + k) - highest);
    store<f64>(slopes + k, raised);
    sum += raised;
  }
  for (let k: usize = 0; k < bytes; k += 8) {
    const p = load<f64>(slopes + k) / sum;
    store<f64>(slopes + k, weight * (k == truth ? p - 1.0 : p));
  }
  return Math.log(sum) + highest - load<f64>(scores + truth);
}
