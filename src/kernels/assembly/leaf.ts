// A leaf of a boosted tree while the tree grows, and the search for its best split.
import { Bins, cutCountOf, hasMissing } from './bins';

@unmanaged
export class Leaf {
  gradient: f64;
  hessian: f64;
  /** Of the best split: gain over leaving the leaf whole (−1 = none) and the sums of its left side. */
  gain: f64;
  leftGradient: f64;
  leftHessian: f64;
  node: i32;
  begin: i32;
  end: i32;
  column: i32;
  cut: i32;
  histogram: usize;
  missingLeft: bool;
}

export const LEAF_BYTES: usize = (offsetof<Leaf>() + 7) & ~7;

export function leafAt(leaves: usize, i: i32): Leaf {
  return changetype<Leaf>(leaves + <usize>i * LEAF_BYTES);
}

/** A side lighter than this in curvature gives steps without bound. */
const LEAST_HESSIAN: f64 = 1e-3;

/**
 * Maximises G²/(H + l2) over both sides. Rows per side are read off the hessian, as LightGBM does: a side needs the
 * hessian of `leastRows − ½` average rows of the leaf.
 */
export function findBestSplit(
  bins: Bins,
  offsets: usize,
  leaf: Leaf,
  leastRows: i32,
  l2: f64,
): void {
  const rows = <f64>(leaf.end - leaf.begin);
  const least = max(LEAST_HESSIAN, ((<f64>leastRows - 0.5) * leaf.hessian) / rows);
  const whole = (leaf.gradient * leaf.gradient) / (leaf.hessian + l2);
  leaf.gain = 0.0;
  for (let column = 0; column < bins.columns; column++) {
    const sums = leaf.histogram + <usize>load<u32>(offsets + ((<usize>column) << 2));
    const cuts = cutCountOf(bins, column);
    const missing = hasMissing(bins, column);
    scanColumn(leaf, column, sums, missing ? cuts + 1 : cuts, 0.0, 0.0, false, least, l2, whole);
    if (!missing) continue;
    const at = sums + ((<usize>(cuts + 1)) << 4);
    const gradient = load<f64>(at);
    scanColumn(leaf, column, sums, cuts, gradient, load<f64>(at, 8), true, least, l2, whole);
  }
  if (leaf.gain == 0.0) leaf.gain = -1.0;
}

/** Tries the cuts after bins 0…count−1; fractions are compared without dividing. */
function scanColumn(
  leaf: Leaf,
  column: i32,
  sums: usize,
  count: i32,
  startGradient: f64,
  startHessian: f64,
  missingLeft: bool,
  least: f64,
  l2: f64,
  whole: f64,
): void {
  const gradient = leaf.gradient;
  const hessian = leaf.hessian;
  let best = whole + leaf.gain;
  let g = startGradient;
  let h = startHessian;
  let bin = 0;
  for (; bin < count && h + load<f64>(sums + ((<usize>bin) << 4), 8) < least; bin++) {
    g += load<f64>(sums + ((<usize>bin) << 4));
    h += load<f64>(sums + ((<usize>bin) << 4), 8);
  }
  for (; bin < count; bin++) {
    g += load<f64>(sums + ((<usize>bin) << 4));
    h += load<f64>(sums + ((<usize>bin) << 4), 8);
    const restHessian = hessian - h;
    if (restHessian < least) return;
    const rest = gradient - g;
    const left = h + l2;
    const right = restHessian + l2;
    const numerator = g * g * right + rest * rest * left;
    const denominator = left * right;
    if (!(numerator > best * denominator)) continue;
    best = numerator / denominator;
    leaf.gain = best - whole;
    leaf.column = column;
    leaf.cut = bin;
    leaf.missingLeft = missingLeft;
    leaf.leftGradient = g;
    leaf.leftHessian = h;
  }
}
