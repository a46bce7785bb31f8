// Variance splits: with targets less the node's mean, the sums of both sides are D and −D, and a cut takes away
// D² · weight / (weightLeft · weightRight) of the sum of squares.
import { codesOf, cutCountOf, hasMissing } from './bins';
import { Cart, isSparse, occupyAll, occupyNone, offer, ROUNDING } from './cart';
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
  cart.perfectScore = squares * (1.0 - ROUNDING);
  return same;
}

/** Looks for the best cut of one column; false when it is constant in this node. */
export function splitValues(cart: Cart, column: i32): bool {
  const varies = isSparse(cart, column) ? fillSparse(cart, column) : fillDense(cart, column);
  if (!varies) return false;
  scan(cart, column, false);
  if (hasMissing(cart.bins, column)) scan(cart, column, true);
  return true;
}

function fillDense(cart: Cart, column: i32): bool {
  const last = cutCountOf(cart.bins, column) + 1;
  const histogram = cart.histogram;
  memory.fill(histogram, 0, (<usize>(last + 1)) << 4);
  occupyAll(cart, last);
  const codes = codesOf(cart.bins, column);
  const list = cart.rows + ((<usize>cart.begin) << 2);
  const payload = cart.payload;
  const count = <usize>(cart.end - cart.begin);
  const first = load<u8>(codes + <usize>load<u32>(list));
  let differs: u32 = 0;
  for (let i: usize = 0; i < count; i++) {
    const code = load<u8>(codes + <usize>load<u32>(list + (i << 2)));
    differs |= <u32>(code ^ first);
    const slot = histogram + ((<usize>code) << 4);
    v128.store(slot, f64x2.add(v128.load(slot), v128.load(payload + (i << 4))));
  }
  return differs != 0;
}

function fillSparse(cart: Cart, column: i32): bool {
  const histogram = cart.histogram;
  const occupied = cart.occupied;
  occupyNone(cart);
  const codes = codesOf(cart.bins, column);
  const list = cart.rows + ((<usize>cart.begin) << 2);
  const payload = cart.payload;
  const count = <usize>(cart.end - cart.begin);
  const first = load<u8>(codes + <usize>load<u32>(list));
  let differs: u32 = 0;
  for (let i: usize = 0; i < count; i++) {
    const code = load<u8>(codes + <usize>load<u32>(list + (i << 2)));
    differs |= <u32>(code ^ first);
    const word = occupied + ((<usize>(code >> 6)) << 3);
    const bit = (<u64>1) << (<u64>code & 63);
    const seen = load<u64>(word);
    const slot = histogram + ((<usize>code) << 4);
    const pair = v128.load(payload + (i << 4));
    store<u64>(word, seen | bit);
    v128.store(slot, (seen & bit) == 0 ? pair : f64x2.add(v128.load(slot), pair));
  }
  return differs != 0;
}

/** Walks the occupied bins from low to high; a cut lies midway between two of them. */
function scan(cart: Cart, column: i32, missingLeft: bool): void {
  const least = cart.leastWeight;
  const total = cart.weight;
  const histogram = cart.histogram;
  const missing = cutCountOf(cart.bins, column) + 1;
  let sumLeft = 0.0;
  let weightLeft = 0.0;
  if (missingLeft) {
    const word = load<u64>(cart.occupied + ((<usize>(missing >> 6)) << 3));
    if (((word >> (<u64>missing & 63)) & 1) == 0) return;
    sumLeft = load<f64>(histogram + ((<usize>missing) << 4));
    weightLeft = load<f64>(histogram + ((<usize>missing) << 4), 8);
    if (weightLeft == 0.0) return;
  }
  let pending = -1;
  let numerator = 0.0;
  let denominator = 1.0;
  for (let word = 0; word < 4; word++) {
    let bits = load<u64>(cart.occupied + ((<usize>word) << 3));
    while (bits != 0) {
      const bin = (word << 6) + <i32>ctz(bits);
      bits &= bits - 1;
      if (bin == missing && missingLeft) return;
      const slot = histogram + ((<usize>bin) << 4);
      const weight = load<f64>(slot, 8);
      if (weight == 0.0) continue;
      if (pending >= 0) {
        const cut = bin == missing ? missing - 1 : (pending + bin - 1) >> 1;
        offer(cart, numerator, denominator, column, cut, missingLeft);
      }
      sumLeft += load<f64>(slot);
      weightLeft += weight;
      const weightRight = total - weightLeft;
      pending = weightLeft >= least && weightRight >= least ? bin : -1;
      numerator = sumLeft * sumLeft * total;
      denominator = weightLeft * weightRight;
    }
  }
}

/** A leaf holds the weighted mean. */
export function closeValueLeaf(cart: Cart, node: i32): void {
  store<f32>(closeNode(cart.tree, node), <f32>(cart.sum / cart.weight));
}
