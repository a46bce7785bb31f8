// Sums of (gradient, hessian) per bin: one 128-bit addition does both, four columns a pass.
import { Bins, codesOf } from './bins';

function addPair(slot: usize, pair: v128): void {
  v128.store(slot, f64x2.add(v128.load(slot), pair));
}

/**
 * Fills `out` with the sums over rows 0…count−1 (`list` = 0) or over the `count` rows that `list` (u32) names; `pairs`
 * stand in the same order as the rows are visited. `offsets` (u32 bytes per column) place each column's bins in `out`.
 */
export function sumByBin(
  bins: Bins,
  offsets: usize,
  list: usize,
  count: i32,
  pairs: usize,
  out: usize,
  outBytes: usize,
): void {
  memory.fill(out, 0, outBytes);
  const rows = <usize>bins.rows;
  const columns = bins.columns;
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    const codes = codesOf(bins, column);
    const at = offsets + ((<usize>column) << 2);
    const out0 = out + <usize>load<u32>(at);
    const out1 = out + <usize>load<u32>(at, 4);
    const out2 = out + <usize>load<u32>(at, 8);
    const out3 = out + <usize>load<u32>(at, 12);
    for (let i: usize = 0; i < <usize>count; i++) {
      const cell = codes + (list == 0 ? i : <usize>load<u32>(list + (i << 2)));
      const pair = v128.load(pairs + (i << 4));
      addPair(out0 + ((<usize>load<u8>(cell)) << 4), pair);
      addPair(out1 + ((<usize>load<u8>(cell + rows)) << 4), pair);
      addPair(out2 + ((<usize>load<u8>(cell + 2 * rows)) << 4), pair);
      addPair(out3 + ((<usize>load<u8>(cell + 3 * rows)) << 4), pair);
    }
  }
  for (; column < columns; column++) {
    const codes = codesOf(bins, column);
    const sums = out + <usize>load<u32>(offsets + ((<usize>column) << 2));
    for (let i: usize = 0; i < <usize>count; i++) {
      const row = list == 0 ? i : <usize>load<u32>(list + (i << 2));
      addPair(sums + ((<usize>load<u8>(codes + row)) << 4), v128.load(pairs + (i << 4)));
    }
  }
}

/** minuend −= subtrahend: the larger child's sums are the parent's without the smaller child's. */
export function subtractSums(minuend: usize, subtrahend: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(minuend + at, f64x2.sub(v128.load(minuend + at), v128.load(subtrahend + at)));
  }
}
