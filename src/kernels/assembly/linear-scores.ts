// Linear functions of the rows of a column-major table; a row's sum runs in the order of its columns, however many rows
// are beside it.
import { spend } from './patience';

/** Rows of a strip: their sums stay in registers. */
const STRIP: i32 = 16;

/** Scores of new rows into `out` (row-major, outputs per row): `w` is outputs × columns, `offsets` one per output. */
export function linearScores(
  x: usize,
  rows: i32,
  columns: i32,
  w: usize,
  offsets: usize,
  outputs: i32,
  out: usize,
): void {
  const width = (<usize>rows) << 3;
  for (let i = 0; i < rows; i += STRIP) {
    const cell = x + ((<usize>i) << 3);
    const count = min(STRIP, rows - i);
    for (let k: usize = 0; k < <usize>outputs; k++) {
      const factors = w + ((k * <usize>columns) << 3);
      const offset = load<f64>(offsets + (k << 3));
      const to = out + ((<usize>i * <usize>outputs + k) << 3);
      if (count == STRIP) scoreStrip(cell, width, columns, factors, offset, to, outputs);
      else scoreRows(cell, width, columns, count, factors, offset, to, outputs);
    }
    spend(<i64>count * columns * outputs);
  }
}

function scoreRows(
  x: usize,
  width: usize,
  columns: i32,
  rows: i32,
  w: usize,
  offset: f64,
  out: usize,
  outputs: i32,
): void {
  for (let i: usize = 0; i < <usize>rows; i++) {
    let score = offset;
    let cell = x + (i << 3);
    for (let weight = w; weight < w + ((<usize>columns) << 3); weight += 8) {
      score += load<f64>(weight) * load<f64>(cell);
      cell += width;
    }
    store<f64>(out + ((i * <usize>outputs) << 3), score);
  }
}

/** As `scoreRows` of 16 rows. */
function scoreStrip(
  cell: usize,
  width: usize,
  columns: i32,
  w: usize,
  offset: f64,
  out: usize,
  outputs: i32,
): void {
  let a = f64x2.splat(offset);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (let weight = w; weight < w + ((<usize>columns) << 3); weight += 8) {
    const factor = v128.load_splat<f64>(weight);
    a = f64x2.add(a, f64x2.mul(factor, v128.load(cell)));
    b = f64x2.add(b, f64x2.mul(factor, v128.load(cell, 16)));
    c = f64x2.add(c, f64x2.mul(factor, v128.load(cell, 32)));
    d = f64x2.add(d, f64x2.mul(factor, v128.load(cell, 48)));
    e = f64x2.add(e, f64x2.mul(factor, v128.load(cell, 64)));
    f = f64x2.add(f, f64x2.mul(factor, v128.load(cell, 80)));
    g = f64x2.add(g, f64x2.mul(factor, v128.load(cell, 96)));
    h = f64x2.add(h, f64x2.mul(factor, v128.load(cell, 112)));
    cell += width;
  }
  const step = (<usize>outputs) << 3;
  storeScores(a, out, step);
  storeScores(b, out + 2 * step, step);
  storeScores(c, out + 4 * step, step);
  storeScores(d, out + 6 * step, step);
  storeScores(e, out + 8 * step, step);
  storeScores(f, out + 10 * step, step);
  storeScores(g, out + 12 * step, step);
  storeScores(h, out + 14 * step, step);
}

/** Two scores, `step` bytes apart. */
function storeScores(scores: v128, out: usize, step: usize): void {
  v128.store_lane<f64>(out, scores, 0);
  v128.store_lane<f64>(out + step, scores, 1);
}
