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

/** The leaf whose best split is sought, in the terms of `scanColumn`. */
@unmanaged
class Search {
  /** H + 2 l2: what both sides' a = H + l2 add up to. */
  both: f64;
  /** Gradient per unit of a. */
  slope: f64;
  l2: f64;
  /** The least hessian of a side. */
  least: f64;
  /** The largest D² / (a b) so far. */
  best: f64;
}

const search = changetype<Search>(memory.data(offsetof<Search>(), 16));

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
  const squared = leaf.gradient * leaf.gradient;
  const both = leaf.hessian + 2.0 * l2;
  const base = squared / both - squared / (leaf.hessian + l2);
  search.both = both;
  search.slope = leaf.gradient / both;
  search.l2 = l2;
  search.least = max(LEAST_HESSIAN, ((<f64>leastRows - 0.5) * leaf.hessian) / rows);
  search.best = -base / both;
  leaf.column = -1;
  for (let column = 0; column < bins.columns; column++) {
    const sums = leaf.histogram + <usize>load<u32>(offsets + ((<usize>column) << 2));
    const cuts = cutCountOf(bins, column);
    if (!hasMissing(bins, column)) {
      scanColumn(leaf, column, sums, cuts, f64x2.splat(0.0), false);
      continue;
    }
    scanColumn(leaf, column, sums, cuts + 1, f64x2.splat(0.0), false);
    scanColumn(leaf, column, sums, cuts, v128.load(sums + ((<usize>(cuts + 1)) << 4)), true);
  }
  leaf.gain = leaf.column < 0 ? -1.0 : search.best * both + base;
}

/**
 * Tries the cuts after bins 0…count−1, two at a time. With a = H_left + l2, b = H_right + l2 and D = G_left − slope · a,
 * the score G_left²/a + G_right²/b is D² (a + b)/(a b) plus a constant: one product to compare, and no cancellation.
 */
function scanColumn(
  leaf: Leaf,
  column: i32,
  sums: usize,
  count: i32,
  start: v128,
  missingLeft: bool,
): void {
  const penalty = f64x2.replace_lane(f64x2.splat(0.0), 1, search.l2);
  const lowest = search.least + search.l2;
  let before = f64x2.add(start, penalty);
  let bin = 0;
  for (; bin < count; bin++) {
    const after = f64x2.add(before, v128.load(sums + ((<usize>bin) << 4)));
    if (f64x2.extract_lane(after, 1) >= lowest) break;
    before = after;
  }
  const both = f64x2.splat(search.both);
  const slope = f64x2.splat(search.slope);
  let best = f64x2.splat(search.best);
  for (; bin < count; bin += 2) {
    const at = sums + ((<usize>bin) << 4);
    const one = v128.load(at);
    const first = f64x2.add(before, one);
    // One addition from pair to pair: the sums of both bins wait for nothing.
    const second = f64x2.add(before, f64x2.add(one, v128.load(at, 16)));
    before = second;
    const a = v128.shuffle<f64>(first, second, 1, 3);
    const b = f64x2.sub(both, a);
    const d = f64x2.sub(v128.shuffle<f64>(first, second, 0, 2), f64x2.mul(slope, a));
    const numerator = f64x2.mul(d, d);
    const denominator = f64x2.mul(a, b);
    const better = f64x2.gt(numerator, f64x2.mul(best, denominator));
    if (!v128.any_true(better)) continue;
    // From here on the right side is too light.
    if (f64x2.extract_lane(b, 0) < lowest) return;
    for (let lane = 0; lane < 2; lane++) {
      const pair = lane == 0 ? first : second;
      best = f64x2.splat(offer(leaf, pair, column, bin + lane, count, missingLeft));
    }
  }
}

/** Keeps the split after `bin` if both sides are heavy enough and it beats the best; answers the best score. */
function offer(leaf: Leaf, left: v128, column: i32, bin: i32, count: i32, missingLeft: bool): f64 {
  const gradient = f64x2.extract_lane(left, 0);
  const a = f64x2.extract_lane(left, 1);
  const b = search.both - a;
  if (bin >= count || b < search.least + search.l2) return search.best;
  const d = gradient - search.slope * a;
  const score = (d * d) / (a * b);
  if (!(score > search.best)) return search.best;
  search.best = score;
  leaf.column = column;
  leaf.cut = bin;
  leaf.missingLeft = missingLeft;
  leaf.leftGradient = gradient;
  leaf.leftHessian = a - search.l2;
  return score;
}
