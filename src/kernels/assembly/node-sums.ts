// Sums over the rows of a node by the bins of one column. `Target` says what is summed: i32 = class codes (a weight per
// class), f64 = values (weighted value and weight); the compiler makes one loop of each.
import { codesOf, cutCountOf } from './bins';
import { Cart, ROUNDING } from './cart';

/** Bytes of one bin's sums. */
export function strideOf<Target>(cart: Cart): usize {
  return isInteger<Target>() ? (<usize>cart.classes) << 3 : 16;
}

/** Adds one row to the sums of its bin. */
export function addRow<Target>(sums: usize, row: usize): void {
  if (isInteger<Target>()) {
    const slot = sums + <usize>load<u32>(row);
    store<f64>(slot, load<f64>(slot) + load<f64>(row, 8));
  } else {
    v128.store(sums, f64x2.add(v128.load(sums), v128.load(row)));
  }
}

/** Sums by every bin of the column, those that rows stand in marked as occupied; false when all rows stand in one. */
export function sumBins<Target>(cart: Cart, column: i32): bool {
  // Few rows: a bitmap of occupied bins beats clearing and scanning all of them.
  const sparse = cart.end - cart.begin < cutCountOf(cart.bins, column) + 2;
  return sparse ? sumFewRows<Target>(cart, column) : sumManyRows<Target>(cart, column);
}

function sumManyRows<Target>(cart: Cart, column: i32): bool {
  const stride = strideOf<Target>(cart);
  const last = cutCountOf(cart.bins, column) + 1;
  const histogram = cart.histogram;
  memory.fill(histogram, 0, <usize>(last + 1) * stride);
  occupyUpTo(cart, last);
  const codes = codesOf(cart.bins, column);
  const list = cart.rows + ((<usize>cart.begin) << 2);
  const payload = cart.payload;
  const count = <usize>(cart.end - cart.begin);
  const first = load<u8>(codes + <usize>load<u32>(list));
  let differs: u32 = 0;
  for (let i: usize = 0; i < count; i++) {
    const code = load<u8>(codes + <usize>load<u32>(list + (i << 2)));
    differs |= <u32>(code ^ first);
    addRow<Target>(histogram + <usize>code * stride, payload + (i << 4));
  }
  return differs != 0;
}

function sumFewRows<Target>(cart: Cart, column: i32): bool {
  const stride = strideOf<Target>(cart);
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
    const sums = histogram + <usize>code * stride;
    const word = occupied + ((<usize>(code >> 6)) << 3);
    const bit = (<u64>1) << (<u64>code & 63);
    const seen = load<u64>(word);
    const isNew = (seen & bit) == 0;
    store<u64>(word, seen | bit);
    if (isInteger<Target>()) {
      if (isNew) for (let at = sums; at < sums + stride; at += 8) store<f64>(at, 0.0);
      addRow<Target>(sums, payload + (i << 4));
    } else {
      // The sums of a pair are written once, never cleared before: that is a sixth of a forest's time.
      const pair = v128.load(payload + (i << 4));
      v128.store(sums, isNew ? pair : f64x2.add(v128.load(sums), pair));
    }
  }
  return differs != 0;
}

/** Marks the bins 0…`last` as occupied. */
export function occupyUpTo(cart: Cart, last: i32): void {
  for (let word = 0; word < 4; word++) {
    const bits = last + 1 - (word << 6);
    const mask: u64 = bits <= 0 ? 0 : bits >= 64 ? ~(<u64>0) : ((<u64>1) << (<u64>bits)) - 1;
    store<u64>(cart.occupied + ((<usize>word) << 3), mask);
  }
}

function occupyNone(cart: Cart): void {
  v128.store(cart.occupied, i64x2.splat(0));
  v128.store(cart.occupied, i64x2.splat(0), 16);
}

/** Whether rows of the node stand in the bin: where none do, its sums may be an older node's. */
export function isOccupied(cart: Cart, bin: i32): bool {
  const word = load<u64>(cart.occupied + ((<usize>(bin >> 6)) << 3));
  return ((word >> (<u64>bin & 63)) & 1) != 0;
}

/** The score that two sides without any impurity have: no column can do better. */
export function perfectScore(best: f64): f64 {
  return best * (1.0 - ROUNDING);
}
