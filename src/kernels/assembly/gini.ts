// Gini splits: the best cut maximises Σ left² / weightLeft + Σ right² / weightRight over the class weights of both sides.
import { codesOf, cutCountOf, hasMissing } from './bins';
import { Cart, isSparse, occupyAll, occupyNone, offer, ROUNDING } from './cart';
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
  cart.perfectScore = weight * (1.0 - ROUNDING);
  return differs == 0;
}

/** Looks for the best cut of one column; false when it is constant in this node. */
export function splitClasses(cart: Cart, column: i32): bool {
  const varies = isSparse(cart, column) ? fillSparse(cart, column) : fillDense(cart, column);
  if (!varies) return false;
  scan(cart, column, false);
  if (hasMissing(cart.bins, column)) scan(cart, column, true);
  return true;
}

function fillDense(cart: Cart, column: i32): bool {
  const stride = (<usize>cart.classes) << 3;
  const last = cutCountOf(cart.bins, column) + 1;
  const histogram = cart.histogram;
  memory.fill(histogram, 0, <usize>(last + 1) * stride);
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
    const slot = histogram + <usize>code * stride + <usize>load<u32>(payload + (i << 4));
    store<f64>(slot, load<f64>(slot) + load<f64>(payload + (i << 4), 8));
  }
  return differs != 0;
}

function fillSparse(cart: Cart, column: i32): bool {
  const stride = (<usize>cart.classes) << 3;
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
    const row = histogram + <usize>code * stride;
    if ((seen & bit) == 0) {
      store<u64>(word, seen | bit);
      for (let k: usize = 0; k < stride; k += 8) store<f64>(row + k, 0.0);
    }
    const slot = row + <usize>load<u32>(payload + (i << 4));
    store<f64>(slot, load<f64>(slot) + load<f64>(payload + (i << 4), 8));
  }
  return differs != 0;
}

/** Walks the occupied bins from low to high; a cut lies midway between two of them. */
function scan(cart: Cart, column: i32, missingLeft: bool): void {
  const stride = (<usize>cart.classes) << 3;
  const left = cart.left;
  const right = cart.right;
  const least = cart.leastWeight;
  const total = cart.weight;
  const histogram = cart.histogram;
  const missing = cutCountOf(cart.bins, column) + 1;
  let squaresLeft = 0.0;
  let squaresRight = 0.0;
  let weightLeft = 0.0;
  for (let k: usize = 0; k < stride; k += 8) {
    const aside = missingLeft ? missingWeight(cart, missing, k) : 0.0;
    const rest = load<f64>(cart.totals + k) - aside;
    store<f64>(left + k, aside);
    store<f64>(right + k, rest);
    weightLeft += aside;
    squaresLeft += aside * aside;
    squaresRight += rest * rest;
  }
  if (missingLeft && weightLeft == 0.0) return;
  let pending = -1;
  let numerator = 0.0;
  let denominator = 1.0;
  for (let word = 0; word < 4; word++) {
    let bits = load<u64>(cart.occupied + ((<usize>word) << 3));
    while (bits != 0) {
      const bin = (word << 6) + <i32>ctz(bits);
      bits &= bits - 1;
      if (bin == missing && missingLeft) return;
      const row = histogram + <usize>bin * stride;
      let weight = 0.0;
      for (let k: usize = 0; k < stride; k += 8) {
        const here = load<f64>(row + k);
        const l = load<f64>(left + k);
        const r = load<f64>(right + k);
        squaresLeft += here * (l + l + here);
        squaresRight += here * (here - r - r);
        store<f64>(left + k, l + here);
        store<f64>(right + k, r - here);
        weight += here;
      }
      if (weight == 0.0) continue;
      if (pending >= 0) {
        const cut = bin == missing ? missing - 1 : (pending + bin - 1) >> 1;
        offer(cart, numerator, denominator, column, cut, missingLeft);
      }
      weightLeft += weight;
      const weightRight = total - weightLeft;
      const allowed = weightLeft >= least && weightRight >= least;
      pending = allowed ? bin : -1;
      numerator = squaresLeft * weightRight + squaresRight * weightLeft;
      denominator = weightLeft * weightRight;
    }
  }
}

/** Weight of class `k` among rows without a value: the bin may hold an older node's sums where it is not occupied. */
function missingWeight(cart: Cart, missing: i32, k: usize): f64 {
  const word = load<u64>(cart.occupied + ((<usize>(missing >> 6)) << 3));
  if (((word >> (<u64>missing & 63)) & 1) == 0) return 0.0;
  return load<f64>(cart.histogram + ((<usize>missing * <usize>cart.classes) << 3) + k);
}

/** A leaf holds the share of each class. */
export function closeClassLeaf(cart: Cart, node: i32): void {
  const values = closeNode(cart.tree, node);
  for (let k: usize = 0; k < <usize>cart.classes; k++) {
    store<f32>(values + (k << 2), <f32>(load<f64>(cart.totals + (k << 3)) / cart.weight));
  }
}
