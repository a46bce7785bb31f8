// Products of column-major matrices of doubles.
import { allocate, mark, release } from './arena';
import { spend } from './patience';

const BLOCK: i32 = 1024;

function horizontal(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

/** aᵀb over `count` numbers. */
export function dot(a: usize, b: usize, count: i32): f64 {
  let sum0 = f64x2.splat(0.0);
  let sum1 = f64x2.splat(0.0);
  let i: usize = 0;
  const bytes = (<usize>count) << 3;
  for (; i + 32 <= bytes; i += 32) {
    sum0 = f64x2.add(sum0, f64x2.mul(v128.load(a + i), v128.load(b + i)));
    sum1 = f64x2.add(sum1, f64x2.mul(v128.load(a + i, 16), v128.load(b + i, 16)));
  }
  let sum = horizontal(f64x2.add(sum0, sum1));
  for (; i < bytes; i += 8) sum += load<f64>(a + i) * load<f64>(b + i);
  return sum;
}

/**
 * For each of `outputs` rows of `factors` (outputs × columns): out = Σ factor · column over `columns` columns, `stride`
 * bytes apart, of `count` numbers; `outStride` bytes from one `out` to the next. Four columns are read for all outputs
 * before the next four.
 */
export function combine(
  x: usize,
  stride: usize,
  columns: i32,
  factors: usize,
  outputs: i32,
  out: usize,
  outStride: usize,
  count: i32,
): void {
  const bytes = (<usize>count) << 3;
  const width = (<usize>columns) << 3;
  for (let k: usize = 0; k < <usize>outputs; k++) memory.fill(out + k * outStride, 0, bytes);
  let column: usize = 0;
  for (; column + 4 <= <usize>columns; column += 4) {
    const from = x + column * stride;
    for (let k: usize = 0; k < <usize>outputs; k++) {
      addFour(from, stride, factors + k * width + (column << 3), out + k * outStride, bytes);
    }
  }
  for (; column < <usize>columns; column++) {
    const from = x + column * stride;
    for (let k: usize = 0; k < <usize>outputs; k++) {
      const factor = load<f64>(factors + k * width + (column << 3));
      const to = out + k * outStride;
      for (let i: usize = 0; i < bytes; i += 8) add(to + i, factor * load<f64>(from + i));
    }
  }
}

/** out += Σ factor · column over four columns. */
function addFour(x: usize, stride: usize, factors: usize, out: usize, bytes: usize): void {
  const a = f64x2.splat(load<f64>(factors));
  const b = f64x2.splat(load<f64>(factors, 8));
  const c = f64x2.splat(load<f64>(factors, 16));
  const d = f64x2.splat(load<f64>(factors, 24));
  const x1 = x + stride;
  const x2 = x1 + stride;
  const x3 = x2 + stride;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const low = f64x2.add(f64x2.mul(a, v128.load(x + i)), f64x2.mul(b, v128.load(x1 + i)));
    const high = f64x2.add(f64x2.mul(c, v128.load(x2 + i)), f64x2.mul(d, v128.load(x3 + i)));
    v128.store(out + i, f64x2.add(v128.load(out + i), f64x2.add(low, high)));
  }
  if (i < bytes) {
    const low = load<f64>(factors) * load<f64>(x + i) + load<f64>(factors, 8) * load<f64>(x1 + i);
    const high =
      load<f64>(factors, 16) * load<f64>(x2 + i) + load<f64>(factors, 24) * load<f64>(x3 + i);
    add(out + i, low + high);
  }
}

/**
 * For each of `outputs` vectors v, `vStride` bytes apart: out[column] += columnᵀ v over `columns` columns, `stride` bytes
 * apart, of `count` numbers; `out` is outputs × columns. Four columns are read for all outputs before the next four.
 */
export function addProjections(
  x: usize,
  stride: usize,
  columns: i32,
  v: usize,
  vStride: usize,
  outputs: i32,
  out: usize,
  count: i32,
): void {
  const bytes = (<usize>count) << 3;
  const width = (<usize>columns) << 3;
  let column: usize = 0;
  for (; column + 4 <= <usize>columns; column += 4) {
    const from = x + column * stride;
    for (let k: usize = 0; k < <usize>outputs; k++) {
      projectFour(from, stride, v + k * vStride, out + k * width + (column << 3), bytes);
    }
  }
  for (; column < <usize>columns; column++) {
    const from = x + column * stride;
    for (let k: usize = 0; k < <usize>outputs; k++) {
      add(out + k * width + (column << 3), dot(from, v + k * vStride, count));
    }
  }
}

/** out[column] += columnᵀ v over four columns. */
function projectFour(x: usize, stride: usize, v: usize, out: usize, bytes: usize): void {
  const x1 = x + stride;
  const x2 = x1 + stride;
  const x3 = x2 + stride;
  let sum0 = f64x2.splat(0.0);
  let sum1 = f64x2.splat(0.0);
  let sum2 = f64x2.splat(0.0);
  let sum3 = f64x2.splat(0.0);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const factor = v128.load(v + i);
    sum0 = f64x2.add(sum0, f64x2.mul(factor, v128.load(x + i)));
    sum1 = f64x2.add(sum1, f64x2.mul(factor, v128.load(x1 + i)));
    sum2 = f64x2.add(sum2, f64x2.mul(factor, v128.load(x2 + i)));
    sum3 = f64x2.add(sum3, f64x2.mul(factor, v128.load(x3 + i)));
  }
  const last = i < bytes ? load<f64>(v + i) : 0.0;
  add(out, horizontal(sum0) + (i < bytes ? last * load<f64>(x + i) : 0.0));
  add(out + 8, horizontal(sum1) + (i < bytes ? last * load<f64>(x1 + i) : 0.0));
  add(out + 16, horizontal(sum2) + (i < bytes ? last * load<f64>(x2 + i) : 0.0));
  add(out + 24, horizontal(sum3) + (i < bytes ? last * load<f64>(x3 + i) : 0.0));
}

/**
 * out (columns × columns) = Xᵀ diag(w) X, w = 0 meaning ones; rows · columns² / 2 multiplications in blocks of rows,
 * two columns by two.
 */
export function gram(x: usize, rows: i32, columns: i32, w: usize, out: usize): void {
  const scratch = mark();
  const weighted = allocate((<usize>BLOCK) << 4);
  const size = <usize>columns;
  memory.fill(out, 0, (size * size) << 3);
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const count = min(BLOCK, rows - begin);
    for (let j = 0; j < columns; j += 2) {
      let a = blockOf(x, rows, j, begin);
      let b = blockOf(x, rows, min(j + 1, columns - 1), begin);
      if (w != 0) {
        multiplyInto(a, w + ((<usize>begin) << 3), count, weighted);
        multiplyInto(b, w + ((<usize>begin) << 3), count, weighted + ((<usize>BLOCK) << 3));
        a = weighted;
        b = weighted + ((<usize>BLOCK) << 3);
      }
      for (let k = j; k < columns; k += 2) {
        const c = blockOf(x, rows, k, begin);
        const d = blockOf(x, rows, min(k + 1, columns - 1), begin);
        addTile(a, b, c, d, count, out + ((<usize>j * size + <usize>k) << 3), size, j, k, columns);
      }
      spend((<i64>count * (columns - j)) >> 1);
    }
  }
  mirror(out, size);
  release(scratch);
}

function blockOf(x: usize, rows: i32, column: i32, begin: i32): usize {
  return x + ((<usize>column * <usize>rows + <usize>begin) << 3);
}

function multiplyInto(a: usize, b: usize, count: i32, out: usize): void {
  let i: usize = 0;
  const bytes = (<usize>count) << 3;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(out + i, f64x2.mul(v128.load(a + i), v128.load(b + i)));
  }
  for (; i < bytes; i += 8) store<f64>(out + i, load<f64>(a + i) * load<f64>(b + i));
}

/** Adds aᵀc, aᵀd, bᵀc and bᵀd to a 2 × 2 tile, leaving out what lies beyond an odd edge. */
function addTile(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  count: i32,
  tile: usize,
  size: usize,
  j: i32,
  k: i32,
  columns: i32,
): void {
  let ac = f64x2.splat(0.0);
  let ad = f64x2.splat(0.0);
  let bc = f64x2.splat(0.0);
  let bd = f64x2.splat(0.0);
  let i: usize = 0;
  const bytes = (<usize>count) << 3;
  for (; i + 16 <= bytes; i += 16) {
    const va = v128.load(a + i);
    const vb = v128.load(b + i);
    const vc = v128.load(c + i);
    const vd = v128.load(d + i);
    ac = f64x2.add(ac, f64x2.mul(va, vc));
    ad = f64x2.add(ad, f64x2.mul(va, vd));
    bc = f64x2.add(bc, f64x2.mul(vb, vc));
    bd = f64x2.add(bd, f64x2.mul(vb, vd));
  }
  const odd = i < bytes;
  const lastA = odd ? load<f64>(a + i) : 0.0;
  const lastB = odd ? load<f64>(b + i) : 0.0;
  const lastC = odd ? load<f64>(c + i) : 0.0;
  const lastD = odd ? load<f64>(d + i) : 0.0;
  const hasB = j + 1 < columns;
  const hasD = k + 1 < columns;
  add(tile, horizontal(ac) + lastA * lastC);
  if (hasD) add(tile + 8, horizontal(ad) + lastA * lastD);
  if (hasB) add(tile + (size << 3), horizontal(bc) + lastB * lastC);
  if (hasB && hasD) add(tile + (size << 3) + 8, horizontal(bd) + lastB * lastD);
}

/** Copies the upper triangle onto the lower one. */
function mirror(out: usize, size: usize): void {
  for (let j: usize = 1; j < size; j++) {
    for (let k: usize = 0; k < j; k++) {
      store<f64>(out + ((j * size + k) << 3), load<f64>(out + ((k * size + j) << 3)));
    }
  }
}
