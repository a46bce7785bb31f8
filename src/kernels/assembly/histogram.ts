// Sums of (gradient, hessian) per bin: one 128-bit addition does both, four columns a pass.
import { Bins, codesOf } from './bins';

function addPair(slot: usize, pair: v128): void {
  v128.store(slot, f64x2.add(v128.load(slot), pair));
}

/**
 * Fills `out` with the sums over rows 0…count−1 (`list` = 0) or over the `count` rows that `list` (u32) names; `pairs`
 * stand in the same order as the rows are visited. `offsets` (u32 bytes per column) place each column's bins in `out`;
 * only the `columnCount` columns that `columns` (u32) names are summed.
 */
export function sumByBin(
  bins: Bins,
  columns: usize,
  columnCount: i32,
  offsets: usize,
  list: usize,
  count: i32,
  pairs: usize,
  out: usize,
  outBytes: usize,
): void {
  memory.fill(out, 0, outBytes);
  let next = 0;
  while (next < columnCount) {
    const at = columns + ((<usize>next) << 2);
    const column = load<i32>(at);
    if (next + 4 <= columnCount && load<i32>(at, 12) == column + 3) {
      sumFour(bins, column, offsets, list, count, pairs, out);
      next += 4;
    } else {
      sumOne(bins, column, offsets, list, count, pairs, out);
      next++;
    }
  }
}

/** Four neighbours: one address and the number of rows reach them all, which leaves registers for their sums. */
function sumFour(
  bins: Bins,
  column: i32,
  offsets: usize,
  list: usize,
  count: i32,
  pairs: usize,
  out: usize,
): void {
  const rows = <usize>bins.rows;
  const codes = codesOf(bins, column);
  const out0 = out + offsetOf(offsets, column);
  const out1 = out + offsetOf(offsets, column + 1);
  const out2 = out + offsetOf(offsets, column + 2);
  const out3 = out + offsetOf(offsets, column + 3);
  for (let i: usize = 0; i < <usize>count; i++) {
    const cell = codes + (list == 0 ? i : <usize>load<u32>(list + (i << 2)));
    const pair = v128.load(pairs + (i << 4));
    addPair(out0 + ((<usize>load<u8>(cell)) << 4), pair);
    addPair(out1 + ((<usize>load<u8>(cell + rows)) << 4), pair);
    addPair(out2 + ((<usize>load<u8>(cell + 2 * rows)) << 4), pair);
    addPair(out3 + ((<usize>load<u8>(cell + 3 * rows)) << 4), pair);
  }
}

function sumOne(
  bins: Bins,
  column: i32,
  offsets: usize,
  list: usize,
  count: i32,
  pairs: usize,
  out: usize,
): void {
  const codes = codesOf(bins, column);
  const sums = out + offsetOf(offsets, column);
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = list == 0 ? i : <usize>load<u32>(list + (i << 2));
    addPair(sums + ((<usize>load<u8>(codes + row)) << 4), v128.load(pairs + (i << 4)));
  }
}

function offsetOf(offsets: usize, column: i32): usize {
  return <usize>load<u32>(offsets + ((<usize>column) << 2));
}

/** minuend −= subtrahend: the larger child's sums are the parent's without the smaller child's. */
export function subtractSums(minuend: usize, subtrahend: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(minuend + at, f64x2.sub(v128.load(minuend + at), v128.load(subtrahend + at)));
  }
}
