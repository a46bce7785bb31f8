// A network of dense layers with rectifiers between them: its numbers, and where they stand.
import { allocate, allocateZeroed } from './arena';
import { randomBelow, seedRandom } from './random';

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

export function unitsOf(network: Network, layer: i32): i32 {
  return load<i32>(network.sizes + ((<usize>layer) << 2));
}

/** Where the weights into `layer` stand among the parameters, in bytes. */
export function weightsBefore(network: Network, layer: i32): usize {
  let count = 0;
  for (let l = 1; l < layer; l++) count += (unitsOf(network, l - 1) + 1) * unitsOf(network, l);
  return (<usize>count) << 3;
}

export function activationsOf(network: Network, layer: i32): usize {
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
