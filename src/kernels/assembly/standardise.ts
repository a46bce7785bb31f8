// Columns about their weighted mean in units of their standard deviation.
import { dot } from './dense';
import { spend } from './patience';

/** Deviations below this share of the largest magnitude are rounding. */
const ROUNDING: f64 = 1e-15;

/**
 * Writes z with x = centre + scale · z for each column: weighted mean 0 and variance 1, or 0 and scale 0 where the column
 * is constant. `weights` = 0 means ones. Columns are first halved or doubled into [−1, 1], so no square overflows.
 */
export function standardise(
  x: usize,
  rows: i32,
  columns: i32,
  weights: usize,
  out: usize,
  centres: usize,
  scales: usize,
): void {
  const bytes = (<usize>rows) << 3;
  const total = weights == 0 ? <f64>rows : sum(weights, bytes);
  for (let column: usize = 0; column < <usize>columns; column++) {
    const from = x + column * bytes;
    const z = out + column * bytes;
    const unit = powerOfTwoAbove(largestMagnitude(from, bytes));
    scaleInto(from, 1.0 / unit, bytes, z);
    const mean = (weights == 0 ? sum(z, bytes) : dot(weights, z, rows)) / total;
    const spread = subtractInPlace(z, mean, bytes);
    const deviation = spread <= ROUNDING ? 0.0 : Math.sqrt(sumOfSquares(z, weights, bytes) / total);
    if (deviation > 0.0) scaleInto(z, 1.0 / deviation, bytes, z);
    else memory.fill(z, 0, bytes);
    store<f64>(centres + (column << 3), mean * unit);
    store<f64>(scales + (column << 3), deviation * unit);
    spend((<i64>rows) << 2);
  }
}

/** Standardised values are cut here: what a network makes of them stays finite. */
const FARTHEST: f64 = 1e100;

/** Rows `from` on of a table, one after the other, each cell as (x − centre) ÷ scale, or 0 where the scale is. */
export function standardRows(
  x: usize,
  rows: i32,
  from: i32,
  count: i32,
  columns: i32,
  centres: usize,
  scales: usize,
  out: usize,
): void {
  const width = (<usize>columns) << 3;
  for (let column: usize = 0; column < <usize>columns; column++) {
    const centre = f64x2.splat(load<f64>(centres + (column << 3)));
    const scale = load<f64>(scales + (column << 3));
    let cell = x + ((column * <usize>rows + <usize>from) << 3);
    let to = out + (column << 3);
    const end = to + <usize>count * width;
    if (scale == 0.0) {
      for (; to < end; to += width) store<f64>(to, 0.0);
      continue;
    }
    const unit = f64x2.splat(scale);
    for (; to + width < end; to += 2 * width) {
      const pair = standardPair(v128.load(cell), centre, unit);
      v128.store_lane<f64>(to, pair, 0);
      v128.store_lane<f64>(to + width, pair, 1);
      cell += 16;
    }
    if (to < end) {
      v128.store_lane<f64>(to, standardPair(v128.load_splat<f64>(cell), centre, unit), 0);
    }
  }
  spend(<i64>count * columns);
}

function standardPair(values: v128, centre: v128, scale: v128): v128 {
  const z = f64x2.div(f64x2.sub(values, centre), scale);
  const low = f64x2.pmax(z, f64x2.splat(-FARTHEST));
  return f64x2.pmin(low, f64x2.splat(FARTHEST));
}

function larger(v: v128): f64 {
  return max(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
}

function largestMagnitude(values: usize, bytes: usize): f64 {
  let a = f64x2.splat(0.0);
  let b = f64x2.splat(0.0);
  let i: usize = 0;
  for (; i + 32 <= bytes; i += 32) {
    a = f64x2.pmax(a, f64x2.abs(v128.load(values + i)));
    b = f64x2.pmax(b, f64x2.abs(v128.load(values + i, 16)));
  }
  let largest = larger(f64x2.pmax(a, b));
  for (; i < bytes; i += 8) largest = max(largest, abs(load<f64>(values + i)));
  return largest;
}

/** The power of two above a number, read off its exponent. */
function powerOfTwoAbove(value: f64): f64 {
  const exponent = (reinterpret<u64>(value) >> 52) + 1;
  return value == 0.0 ? 1.0 : reinterpret<f64>(min<u64>(exponent, 2046) << 52);
}

function scaleInto(values: usize, factor: f64, bytes: usize, out: usize): void {
  const factors = f64x2.splat(factor);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(out + i, f64x2.mul(v128.load(values + i), factors));
  }
  if (i < bytes) store<f64>(out + i, load<f64>(values + i) * factor);
}

/** Four sums side by side, so that no addition waits for the one before. */
function sum(values: usize, bytes: usize): f64 {
  let a = f64x2.splat(0.0);
  let b = f64x2.splat(0.0);
  let i: usize = 0;
  for (; i + 32 <= bytes; i += 32) {
    a = f64x2.add(a, v128.load(values + i));
    b = f64x2.add(b, v128.load(values + i, 16));
  }
  const all = f64x2.add(a, b);
  let total = f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
  for (; i < bytes; i += 8) total += load<f64>(values + i);
  return total;
}

/** Takes `mean` from each value; answers the largest deviation. */
function subtractInPlace(values: usize, mean: f64, bytes: usize): f64 {
  const means = f64x2.splat(mean);
  let spread = f64x2.splat(0.0);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const deviation = f64x2.sub(v128.load(values + i), means);
    v128.store(values + i, deviation);
    spread = f64x2.pmax(spread, f64x2.abs(deviation));
  }
  let largest = larger(spread);
  for (; i < bytes; i += 8) {
    const deviation = load<f64>(values + i) - mean;
    store<f64>(values + i, deviation);
    largest = max(largest, abs(deviation));
  }
  return largest;
}

function sumOfSquares(values: usize, weights: usize, bytes: usize): f64 {
  if (weights == 0) return dot(values, values, <i32>(bytes >> 3));
  let squares = 0.0;
  for (let i: usize = 0; i < bytes; i += 8) {
    const value = load<f64>(values + i);
    squares += load<f64>(weights + i) * value * value;
  }
  return squares;
}
