// Nodes and leaves of a classification tree.
import { Cart, countRows } from './cart';
import { perfectScore } from './node-sums';
import { closeNode } from './tree';

/** Gathers class offset (u32) and weight (f64, at byte 8) of the node's rows; true when they are of one class. */
export function loadClasses(cart: Cart): bool {
  const totals = cart.totals;
  const payload = cart.payload;
  memory.fill(totals, 0, (<usize>cart.classes) << 3);
  const list = cart.rows + ((<usize>cart.begin) << 2);
  const count = <usize>(cart.end - cart.begin);
  const first = (<u32>load<f64>(cart.target + ((<usize>load<u32>(list)) << 3))) << 3;
  let differs: u32 = 0;
  let weight = 0.0;
  for (let i: usize = 0; i < count; i++) {
    const at = (<usize>load<u32>(list + (i << 2))) << 3;
    const offset = (<u32>load<f64>(cart.target + at)) << 3;
    const rowWeight = load<f64>(cart.drawn + at);
    store<u32>(payload + (i << 4), offset);
    store<f64>(payload + (i << 4), rowWeight, 8);
    const slot = totals + <usize>offset;
    store<f64>(slot, load<f64>(slot) + rowWeight);
    weight += rowWeight;
    differs |= offset ^ first;
  }
  cart.weight = weight;
  cart.perfectScore = perfectScore(weight);
  return differs == 0;
}

/** A leaf holds the share of each class. */
export function closeClassLeaf(cart: Cart, node: i32): void {
  const values = closeNode(cart.tree, node, countRows(cart));
  for (let k: usize = 0; k < <usize>cart.classes; k++) {
    store<f32>(values + (k << 2), <f32>(load<f64>(cart.totals + (k << 3)) / cart.weight));
  }
}
