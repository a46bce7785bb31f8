// Nodes and leaves of a regression tree.
import { Cart, countRows } from './cart';
import { perfectScore } from './node-sums';
import { closeNode } from './tree';

/** Gathers (weight · (value − mean), weight) of the node's rows; true when the values are all equal. */
export function loadValues(cart: Cart): bool {
  const payload = cart.payload;
  const list = cart.rows + ((<usize>cart.begin) << 2);
  const bytes = (<usize>(cart.end - cart.begin)) << 4;
  const first = load<f64>(cart.target + ((<usize>load<u32>(list)) << 3));
  let same = true;
  let sums = f64x2.splat(0.0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const at = (<usize>load<u32>(list + (i >> 2))) << 3;
    const value = load<f64>(cart.target + at);
    const weight = load<f64>(cart.drawn + at);
    const pair = f64x2.replace_lane(f64x2.splat(weight), 0, weight * value);
    v128.store(payload + i, pair);
    sums = f64x2.add(sums, pair);
    same = same && value == first;
  }
  cart.sum = f64x2.extract_lane(sums, 0);
  cart.weight = f64x2.extract_lane(sums, 1);
  const mean = cart.sum / cart.weight;
  let squares = 0.0;
  for (let i: usize = 0; i < bytes; i += 16) {
    const weight = load<f64>(payload + i, 8);
    const deviation = load<f64>(payload + i) - weight * mean;
    store<f64>(payload + i, deviation);
    squares += (deviation * deviation) / weight;
  }
  cart.perfectScore = perfectScore(squares);
  return same;
}

/** A leaf holds the weighted mean. */
export function closeValueLeaf(cart: Cart, node: i32): void {
  store<f32>(closeNode(cart.tree, node, countRows(cart)), <f32>(cart.sum / cart.weight));
}
