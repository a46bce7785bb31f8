// A network learns from batches of rows in an order that a seed decides.
import { stepDown } from './adam';
import { backward } from './backward';
import { Network, unitsOf } from './network';
import { lossAndSlopes } from './network-loss';
import { forward } from './network-scores';
import { spend } from './patience';
import { randomBelow, seedRandom } from './random';

/** Puts `count` row numbers (i32) into an order that (seed, stream) decides (Fisher and Yates). */
export function shuffleRows(rows: usize, count: i32, seed: u64, stream: u64): void {
  seedRandom(seed, stream);
  for (let last = count - 1; last > 0; last--) {
    const at = rows + ((<usize>last) << 2);
    const other = rows + ((<usize>randomBelow(<u32>(last + 1))) << 2);
    const row = load<i32>(at);
    store<i32>(at, load<i32>(other));
    store<i32>(other, row);
  }
}

/** One pass over `count` rows in the given order, a step of Adam after each batch; `l2` is on squared weights. */
export function trainEpoch(
  network: Network,
  x: usize,
  target: usize,
  weights: usize,
  order: usize,
  count: i32,
  learningRate: f64,
  l2: f64,
): void {
  for (let from = 0; from < count; from += network.batch) {
    const part = min(network.batch, count - from);
    takeRows(network, x, order, from, part);
    forward(network, part);
    lossAndSlopes(network, target, weights, order, from, part);
    backward(network, part, l2);
    stepDown(network, learningRate);
    spend(<i64>part * network.count * 3);
  }
}

/** Σ weight · loss over the given rows: −ln P(class), or half the squared error where there is one output. */
export function networkLoss(
  network: Network,
  x: usize,
  target: usize,
  weights: usize,
  order: usize,
  count: i32,
): f64 {
  let sum = 0.0;
  for (let from = 0; from < count; from += network.batch) {
    const part = min(network.batch, count - from);
    takeRows(network, x, order, from, part);
    forward(network, part);
    sum += lossAndSlopes(network, target, weights, order, from, part);
    spend(<i64>part * network.count);
  }
  return sum;
}

/** Rows `order[from]` on of a row-major table become the activations of the input. */
function takeRows(network: Network, x: usize, order: usize, from: i32, count: i32): void {
  const bytes = (<usize>unitsOf(network, 0)) << 3;
  const to = network.activations;
  for (let i = 0; i < count; i++) {
    const row = load<i32>(order + ((<usize>(from + i)) << 2));
    memory.copy(to + <usize>i * bytes, x + <usize>row * bytes, bytes);
  }
}
