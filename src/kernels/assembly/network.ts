// A network of dense layers with rectifiers between them, trained by Adam (Kingma and Ba, 2015) on batches of rows.
import { allocate, allocateZeroed } from './arena';
import { exponential } from './elementary';
import { spend } from './patience';
import { addProduct } from './product';
import { randomBelow, seedRandom } from './random';

const DECAY1: f64 = 0.9;
const DECAY2: f64 = 0.999;
const SMALL: f64 = 1e-8;

@unmanaged
export class Network {
  /** Of weights: one fewer than `sizes`. */
  layers: i32;
  /** i32: units of each layer, the input first, the output last. */
  sizes: usize;
  /** f64, layer after layer: weights (inputs × outputs), then one bias per output. */
  parameters: usize;
  /** Of parameters, rounded up to even: they are taken in pairs. */
  count: i32;
  gradients: usize;
  moments1: usize;
  moments2: usize;
  /** Powers of the decays. */
  power1: f64;
  power2: f64;
  /** The most rows at once. */
  batch: i32;
  /** f64, layer after layer: batch × units. */
  activations: usize;
  /** Scratch: slopes of the loss at the units of a layer, and at those before it; batch × widest. */
  slopes: usize;
  slopesBefore: usize;
  /** Scratch: the weights of a layer, outputs × inputs. */
  turned: usize;
}

/** `sizes` are i32 and stay the caller's; parameters begin as 0. */
export function createNetwork(sizes: usize, layers: i32, batch: i32): Network {
  const network = changetype<Network>(allocate(offsetof<Network>()));
  network.layers = layers;
  network.sizes = sizes;
  network.batch = batch;
  let count = 0;
  let units = 0;
  let widest = 0;
  let largest = 0;
  for (let layer = 0; layer <= layers; layer++) {
    const size = unitsOf(network, layer);
    units += size;
    widest = max(widest, size);
    if (layer == 0) continue;
    const before = unitsOf(network, layer - 1);
    count += (before + 1) * size;
    largest = max(largest, before * size);
  }
  network.count = (count + 1) & ~1;
  const bytes = (<usize>network.count) << 3;
  network.parameters = allocateZeroed(bytes);
  network.gradients = allocateZeroed(bytes);
  network.moments1 = allocateZeroed(bytes);
  network.moments2 = allocateZeroed(bytes);
  network.power1 = 1.0;
  network.power2 = 1.0;
  network.activations = allocate((<usize>batch * <usize>units) << 3);
  network.slopes = allocate((<usize>batch * <usize>widest) << 3);
  network.slopesBefore = allocate((<usize>batch * <usize>widest) << 3);
  network.turned = allocate((<usize>largest) << 3);
  return network;
}

export function networkParameters(network: Network): usize {
  return network.parameters;
}

function unitsOf(network: Network, layer: i32): i32 {
  return load<i32>(network.sizes + ((<usize>layer) << 2));
}

/** Where the weights into `layer` stand among the parameters, in bytes. */
function weightsBefore(network: Network, layer: i32): usize {
  let count = 0;
  for (let l = 1; l < layer; l++) count += (unitsOf(network, l - 1) + 1) * unitsOf(network, l);
  return (<usize>count) << 3;
}

function activationsOf(network: Network, layer: i32): usize {
  let units = 0;
  for (let l = 0; l < layer; l++) units += unitsOf(network, l);
  return network.activations + ((<usize>units * <usize>network.batch) << 3);
}

/** Weights between ± √(6 ÷ (inputs + outputs)) (Glorot and Bengio, 2010), biases 0. */
export function drawParameters(network: Network, seed: u64): void {
  seedRandom(seed, 0);
  for (let layer = 1; layer <= network.layers; layer++) {
    const inputs = unitsOf(network, layer - 1);
    const outputs = unitsOf(network, layer);
    const bound = Math.sqrt(6.0 / <f64>(inputs + outputs));
    const weights = network.parameters + weightsBefore(network, layer);
    for (let i: usize = 0; i < <usize>inputs * <usize>outputs; i++) {
      const draw = (<f64>randomBelow(1 << 31) + 0.5) / 1073741824.0 - 1.0;
      store<f64>(weights + (i << 3), bound * draw);
    }
  }
}

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

/** Rows `order[from]` on of a row-major table become the activations of the input. */
function takeRows(network: Network, x: usize, order: usize, from: i32, count: i32): void {
  const bytes = (<usize>unitsOf(network, 0)) << 3;
  const to = network.activations;
  for (let i = 0; i < count; i++) {
    const row = load<i32>(order + ((<usize>(from + i)) << 2));
    memory.copy(to + <usize>i * bytes, x + <usize>row * bytes, bytes);
  }
}

/** Activations of `count` rows through all layers; the last has scores. */
function forward(network: Network, count: i32): void {
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
    for (let at = to; at < to + <usize>count * bytes; at += 8) {
      store<f64>(at, max(0.0, load<f64>(at)));
    }
  }
}

/** Scores of `count` rows of a row-major table, row-major. */
export function networkScores(network: Network, x: usize, count: i32, out: usize): void {
  const inputs = (<usize>unitsOf(network, 0)) << 3;
  const outputs = (<usize>unitsOf(network, network.layers)) << 3;
  const last = activationsOf(network, network.layers);
  for (let from = 0; from < count; from += network.batch) {
    const part = min(network.batch, count - from);
    memory.copy(network.activations, x + <usize>from * inputs, <usize>part * inputs);
    forward(network, part);
    memory.copy(out + <usize>from * outputs, last, <usize>part * outputs);
    spend(<i64>part * network.count);
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

/** The loss of the rows whose scores stand in the last layer; `slopes` get its derivative by each score. */
function lossAndSlopes(
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
    step(network, learningRate);
    spend(<i64>part * network.count * 3);
  }
}

/** Gradients of the mean loss of `count` rows from the slopes at the scores. */
function backward(network: Network, count: i32, l2: f64): void {
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

function step(network: Network, learningRate: f64): void {
  network.power1 *= DECAY1;
  network.power2 *= DECAY2;
  const rate = (learningRate * Math.sqrt(1.0 - network.power2)) / (1.0 - network.power1);
  const rates = f64x2.splat(rate);
  const keep1 = f64x2.splat(DECAY1);
  const keep2 = f64x2.splat(DECAY2);
  const take1 = f64x2.splat(1.0 - DECAY1);
  const take2 = f64x2.splat(1.0 - DECAY2);
  const small = f64x2.splat(SMALL);
  for (let i: usize = 0; i < (<usize>network.count) << 3; i += 16) {
    const g = v128.load(network.gradients + i);
    const m = f64x2.add(f64x2.mul(keep1, v128.load(network.moments1 + i)), f64x2.mul(take1, g));
    const square = f64x2.mul(take2, f64x2.mul(g, g));
    const v = f64x2.add(f64x2.mul(keep2, v128.load(network.moments2 + i)), square);
    v128.store(network.moments1 + i, m);
    v128.store(network.moments2 + i, v);
    const move = f64x2.div(f64x2.mul(rates, m), f64x2.add(f64x2.sqrt(v), small));
    v128.store(network.parameters + i, f64x2.sub(v128.load(network.parameters + i), move));
  }
}
