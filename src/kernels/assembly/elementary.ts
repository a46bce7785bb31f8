// Exponential and logarithm of our own: the same bits on every machine and version of the JavaScript engine.

const LOG2_E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
const LIMIT: f64 = 708.0;

/** eˣ of two numbers, x cut to ±708: Cody–Waite reduction and the Taylor polynomial to x¹³, error below 1e-15 relative. */
export function exponentials(x: v128): v128 {
  const bounded = f64x2.min(f64x2.max(x, f64x2.splat(-LIMIT)), f64x2.splat(LIMIT));
  const k = f64x2.nearest(f64x2.mul(bounded, f64x2.splat(LOG2_E)));
  const reduced = f64x2.sub(bounded, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const r = f64x2.sub(reduced, f64x2.mul(k, f64x2.splat(LN2_LOW)));
  // Estrin's scheme: four short sums side by side instead of one long chain.
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const p0 = cubic(r, r2, 1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0);
  const p4 = cubic(r, r2, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0);
  const p8 = cubic(r, r2, 1.0 / 40320.0, 1.0 / 362880.0, 1.0 / 3628800.0, 1.0 / 39916800.0);
  const p12 = f64x2.add(
    f64x2.splat(1.0 / 479001600.0),
    f64x2.mul(r, f64x2.splat(1.0 / 6227020800.0)),
  );
  const high8 = f64x2.add(p8, f64x2.mul(r4, p12));
  const p = f64x2.add(p0, f64x2.mul(r4, f64x2.add(p4, f64x2.mul(r4, high8))));
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(p, i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52));
}

/** a + b r + c r² + d r³. */
function cubic(r: v128, r2: v128, a: f64, b: f64, c: f64, d: f64): v128 {
  const low = f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), r));
  const high = f64x2.add(f64x2.splat(c), f64x2.mul(f64x2.splat(d), r));
  return f64x2.add(low, f64x2.mul(high, r2));
}

/** eˣ, bit for bit what `exponentials` gives in either lane. */
export function exponential(x: f64): f64 {
  return f64x2.extract_lane(exponentials(f64x2.splat(x)), 0);
}

/** ln x (the compiler's own library, musl's algorithm, compiled into the module). */
export function logarithm(x: f64): f64 {
  return Math.log(x);
}

/** 1 / (1 + e⁻ˣ) of two numbers. */
export function sigmoids(x: v128): v128 {
  const one = f64x2.splat(1.0);
  return f64x2.div(one, f64x2.add(one, exponentials(f64x2.neg(x))));
}

/** Replaces `count` numbers by their exponentials. */
export function exponentialInPlace(values: usize, count: i32): void {
  for (let at = values; at < values + ((<usize>count) << 3); at += 8) {
    store<f64>(at, exponential(load<f64>(at)));
  }
}

/** Replaces `count` numbers by their sigmoids. */
export function sigmoidInPlace(values: usize, count: i32): void {
  for (let i = 0; i + 2 <= count; i += 2) {
    const at = values + ((<usize>i) << 3);
    v128.store(at, sigmoids(v128.load(at)));
  }
  if (count & 1) {
    const at = values + ((<usize>(count - 1)) << 3);
    store<f64>(at, f64x2.extract_lane(sigmoids(f64x2.splat(load<f64>(at))), 0));
  }
}

/** Replaces each row of a rows × classes table (row-major) by its softmax: eˣ over the row's sum. */
export function softmaxInPlace(scores: usize, rows: i32, classes: i32): void {
  const bytes = (<usize>classes) << 3;
  const end = scores + <usize>rows * bytes;
  for (let row = scores; row < end; row += 2 * bytes) {
    // The last of an odd number of rows goes with itself.
    const other = row + bytes < end ? row + bytes : row;
    softmaxPair(row, other, bytes);
  }
}

/** Two rows side by side. */
function softmaxPair(a: usize, b: usize, bytes: usize): void {
  let highest = pairOf(a, b);
  for (let k: usize = 8; k < bytes; k += 8) highest = f64x2.max(highest, pairOf(a + k, b + k));
  let sum = f64x2.splat(0.0);
  for (let k: usize = 0; k < bytes; k += 8) {
    const raised = exponentials(f64x2.sub(pairOf(a + k, b + k), highest));
    storeLanes(raised, a + k, b + k);
    sum = f64x2.add(sum, raised);
  }
  for (let k: usize = 0; k < bytes; k += 8) {
    storeLanes(f64x2.div(pairOf(a + k, b + k), sum), a + k, b + k);
  }
}

function pairOf(a: usize, b: usize): v128 {
  return v128.load_lane<f64>(b, v128.load_zero<f64>(a), 1);
}

function storeLanes(pair: v128, a: usize, b: usize): void {
  v128.store_lane<f64>(a, pair, 0);
  v128.store_lane<f64>(b, pair, 1);
}
