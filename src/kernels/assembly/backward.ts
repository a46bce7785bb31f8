// The slopes of a network's loss, from its scores back to its weights.
import { activationsOf, Network, unitsOf, weightsBefore } from './network';
import { addProduct } from './product';

/** Gradients of the mean loss of `count` rows from the slopes at the scores. */
export function backward(network: Network, count: i32, l2: f64): void {
  const share = 1.0 / <f64>count;
  memory.fill(network.gradients, 0, (<usize>network.count) << 3);
  for (let layer = network.layers; layer > 0; layer--) {
    const inputs = unitsOf(network, layer - 1);
    const outputs = unitsOf(network, layer);
    const place = weightsBefore(network, layer);
    const weights = network.parameters + place;
    const gradients = network.gradients + place;
    const size = (<usize>inputs * <usize>outputs) << 3;
    const before = activationsOf(network, layer - 1);
    const slopes = network.slopes;
    addProduct(before, 8, (<usize>inputs) << 3, slopes, inputs, count, outputs, gradients);
    addRows(slopes, count, outputs, gradients + size);
    for (let i: usize = 0; i < size; i += 8) {
      const sum = load<f64>(gradients + i) + l2 * load<f64>(weights + i);
      store<f64>(gradients + i, sum * share);
    }
    for (let i = size; i < size + ((<usize>outputs) << 3); i += 8) {
      store<f64>(gradients + i, load<f64>(gradients + i) * share);
    }
    if (layer > 1) slopesThrough(network, weights, before, count, inputs, outputs);
  }
}

/** out[column] += sum over the rows of a row-major table. */
function addRows(table: usize, rows: i32, columns: i32, out: usize): void {
  const bytes = (<usize>columns) << 3;
  for (let i: usize = 0; i < <usize>rows; i++) {
    for (let k: usize = 0; k < bytes; k += 8) {
      store<f64>(out + k, load<f64>(out + k) + load<f64>(table + i * bytes + k));
    }
  }
}

/** Slopes at a layer's outputs become those at its inputs, 0 where a rectifier is shut. */
function slopesThrough(
  network: Network,
  weights: usize,
  before: usize,
  count: i32,
  inputs: i32,
  outputs: i32,
): void {
  for (let i: usize = 0; i < <usize>inputs; i++) {
    for (let k: usize = 0; k < <usize>outputs; k++) {
      const weight = load<f64>(weights + ((i * <usize>outputs + k) << 3));
      store<f64>(network.turned + ((k * <usize>inputs + i) << 3), weight);
    }
  }
  const to = network.slopesBefore;
  const bytes = (<usize>count * <usize>inputs) << 3;
  memory.fill(to, 0, bytes);
  addProduct(network.slopes, (<usize>outputs) << 3, 8, network.turned, count, outputs, inputs, to);
  for (let i: usize = 0; i < bytes; i += 8) {
    if (load<f64>(before + i) <= 0.0) store<f64>(to + i, 0.0);
  }
  network.slopesBefore = network.slopes;
  network.slopes = to;
}
