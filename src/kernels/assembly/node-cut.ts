// The best cut of a column at a node: it maximises Σ left² / weightLeft + Σ right² / weightRight over the sums of both
// sides. Class weights give Gini's criterion; values less their mean give D and −D, and so D² · weight / (left · right).
import { cutCountOf, hasMissing } from './bins';
import { Cart, offer } from './cart';
import { isOccupied, strideOf, sumBins } from './node-sums';

/** Offers the cuts of one column; false when it is constant in this node. */
export function cutColumn<Target>(cart: Cart, column: i32): bool {
  if (!sumBins<Target>(cart, column)) return false;
  const missing = cutCountOf(cart.bins, column) + 1;
  offerCuts<Target>(cart, column, missing, false);
  if (hasMissing(cart.bins, column)) offerCuts<Target>(cart, column, missing, true);
  return true;
}

/** Walks the occupied bins from low to high; a cut lies midway between two of them. Bin `missing` comes last. */
export function offerCuts<Target>(cart: Cart, column: i32, missing: i32, missingLeft: bool): void {
  const stride = strideOf<Target>(cart);
  const histogram = cart.histogram;
  const left = cart.left;
  const right = cart.right;
  const least = cart.leastWeight;
  const total = cart.weight;
  if (missingLeft && !isOccupied(cart, missing)) return;
  const aside = histogram + <usize>missing * stride;
  let sumLeft = 0.0;
  let squaresLeft = 0.0;
  let squaresRight = 0.0;
  let weightLeft = 0.0;
  if (isInteger<Target>()) {
    for (let k: usize = 0; k < stride; k += 8) {
      const start = missingLeft ? load<f64>(aside + k) : 0.0;
      const rest = load<f64>(cart.totals + k) - start;
      store<f64>(left + k, start);
      store<f64>(right + k, rest);
      weightLeft += start;
      squaresLeft += start * start;
      squaresRight += rest * rest;
    }
  } else if (missingLeft) {
    sumLeft = load<f64>(aside);
    weightLeft = load<f64>(aside, 8);
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
      const sums = histogram + <usize>bin * stride;
      let weight = 0.0;
      if (isInteger<Target>()) {
        for (let k: usize = 0; k < stride; k += 8) {
          const here = load<f64>(sums + k);
          const l = load<f64>(left + k);
          const r = load<f64>(right + k);
          squaresLeft += here * (l + l + here);
          squaresRight += here * (here - r - r);
          store<f64>(left + k, l + here);
          store<f64>(right + k, r - here);
          weight += here;
        }
      } else {
        weight = load<f64>(sums, 8);
        sumLeft += load<f64>(sums);
      }
      if (weight == 0.0) continue;
      if (pending >= 0) {
        const cut = bin == missing ? missing - 1 : (pending + bin - 1) >> 1;
        offer(cart, numerator, denominator, column, cut, missingLeft);
      }
      weightLeft += weight;
      const weightRight = total - weightLeft;
      pending = weightLeft >= least && weightRight >= least ? bin : -1;
      numerator = isInteger<Target>()
        ? squaresLeft * weightRight + squaresRight * weightLeft
        : sumLeft * sumLeft * total;
      denominator = weightLeft * weightRight;
    }
  }
}
