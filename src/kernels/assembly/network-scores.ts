// What a network says of rows.

import { activationsOf, Network, unitsOf, weightsBefore } from './network';
import { spend } from './patience';
import { addProduct } from './product';
import { standardRows } from './standardise';

/**
 * Scores of `rows` rows of a column-major table, row-major: each cell goes in as `standardRows` has it. Rows are taken a
 * batch at a time, so that all that is made of them stays in the first-level cache.
 */
export function networkScores(
  network: Network,
  x: usize,
  rows: i32,
  centres: usize,
  scales: usize,
  out: usize,
): void {
  const columns = unitsOf(network, 0);
  const outputs = (<usize>unitsOf(network, network.layers)) << 3;
  const last = activationsOf(network, network.layers);
  for (let from = 0; from < rows; from += network.batch) {
    const count = min(network.batch, rows - from);
    standardRows(x, rows, from, count, columns, centres, scales, network.activations);
    forward(network, count);
    memory.copy(out + <usize>from * outputs, last, <usize>count * outputs);
    spend(<i64>count * network.count);
  }
}

/** Activations of `count` rows through all layers; the last has scores. */
export function forward(network: Network, count: i32): void {
  for (let layer = 1; layer <= network.layers; layer++) {
    const inputs = unitsOf(network, layer - 1);
    const outputs = unitsOf(network, layer);
    const weights = network.parameters + weightsBefore(network, layer);
    const biases = weights + ((<usize>inputs * <usize>outputs) << 3);
    const to = activationsOf(network, layer);
    const bytes = (<usize>outputs) << 3;
    for (let i = 0; i < count; i++) memory.copy(to + <usize>i * bytes, biases, bytes);
    const from = activationsOf(network, layer - 1);
    addProduct(from, (<usize>inputs) << 3, 8, weights, count, inputs, outputs, to);
    if (layer == network.layers) return;
    rectifyInPlace(to, count * outputs);
  }
}

/** Replaces what is below 0 by 0. */
function rectifyInPlace(values: usize, count: i32): void {
  const zero = f64x2.splat(0.0);
  const end = values + ((<usize>count) << 3);
  let at = values;
  // The sum makes −0 a 0.
  for (; at + 16 <= end; at += 16) {
    v128.store(at, f64x2.add(f64x2.pmax(v128.load(at), zero), zero));
  }
  if (at < end) store<f64>(at, max(0.0, load<f64>(at)));
}
