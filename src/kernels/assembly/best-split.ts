// The best split of a boosted leaf: it maximises G²/(H + l2) over both sides.
import { Bins, cutCountOf, hasMissing, isCategory } from './bins';
import { gainOf, Leaf, stepOf } from './leaf';
import { directionOf, SplitRules } from './split-rules';
import { offerSubsets } from './subset-split';

/** A side lighter than this in curvature gives steps without bound. */
const LEAST_HESSIAN: f64 = 1e-3;

/** The leaf whose best split is sought. A split's score is (gain of both sides − shift) / both. */
@unmanaged
class Search {
  /** H + 2 l2: what both sides' a = H + l2 add up to. */
  both: f64;
  shift: f64;
  /** Gradient per unit of a. */
  slope: f64;
  l2: f64;
  /** The least hessian of a side. */
  least: f64;
  /** The largest score. */
  best: f64;
}

const search = changetype<Search>(memory.data(offsetof<Search>(), 16));

/**
 * Rows per side are read off the hessian, as LightGBM does: a side needs the hessian of `leastRows − ½` average rows of
 * the leaf.
 */
export function findBestSplit(bins: Bins, offsets: usize, leaf: Leaf, rules: SplitRules): void {
  const rows = <f64>(leaf.end - leaf.begin);
  const l2 = rules.l2;
  const bounded = rules.directions != 0;
  const both = leaf.hessian + 2.0 * l2;
  const own = gainOf(leaf, leaf.gradient, leaf.hessian + l2);
  search.both = bounded ? 1.0 : both;
  search.shift = bounded ? 0.0 : (leaf.gradient * leaf.gradient) / both;
  search.slope = leaf.gradient / both;
  search.l2 = l2;
  search.least = max(LEAST_HESSIAN, ((<f64>rules.leastRows - 0.5) * leaf.hessian) / rows);
  search.best = (own - search.shift) / search.both;
  leaf.column = -1;
  for (let i = 0; i < rules.columnCount; i++) {
    const column = load<i32>(rules.columns + ((<usize>i) << 2));
    const sums = leaf.histogram + <usize>load<u32>(offsets + ((<usize>column) << 2));
    const cuts = cutCountOf(bins, column);
    const missing = sums + ((<usize>(cuts + 1)) << 4);
    if (isCategory(bins, column)) offerSubsets(leaf, column, sums, cuts + 1, search.least, rules);
    else if (bounded) {
      scanBounded(leaf, column, sums, cuts + 1, 0, rules);
      if (hasMissing(bins, column)) scanBounded(leaf, column, sums, cuts, missing, rules);
    } else if (!hasMissing(bins, column)) {
      scanColumn(leaf, column, sums, cuts, f64x2.splat(0.0), false);
    } else {
      scanColumn(leaf, column, sums, cuts + 1, f64x2.splat(0.0), false);
      scanColumn(leaf, column, sums, cuts, v128.load(missing), true);
    }
  }
  leaf.gain = leaf.column < 0 ? -1.0 : search.best * search.both + search.shift - own;
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
  leaf.isSubset = false;
  leaf.column = column;
  leaf.cut = bin;
  leaf.missingLeft = missingLeft;
  leaf.leftGradient = gradient;
  leaf.leftHessian = a - search.l2;
  return score;
}

/**
 * Keeps a split with this left side and these penalties if the gain of both sides, within the leaf's bounds, beats the
 * best; answers whether it does.
 */
export function offerSides(leaf: Leaf, column: i32, gradient: f64, hessian: f64, l2: f64): bool {
  const right = leaf.gradient - gradient;
  const gain =
    gainOf(leaf, gradient, hessian + l2) + gainOf(leaf, right, leaf.hessian - hessian + l2);
  const score = (gain - search.shift) / search.both;
  if (!(score > search.best)) return false;
  search.best = score;
  leaf.column = column;
  leaf.leftGradient = gradient;
  leaf.leftHessian = hessian;
  return true;
}

/** Tries the cuts after bins 0…count−1 one by one; values that are missing are on the left where `missing` has their sums. */
function scanBounded(
  leaf: Leaf,
  column: i32,
  sums: usize,
  count: i32,
  missing: usize,
  rules: SplitRules,
): void {
  const direction = directionOf(rules, column);
  let gradient = missing == 0 ? 0.0 : load<f64>(missing);
  let hessian = missing == 0 ? 0.0 : load<f64>(missing, 8);
  for (let bin = 0; bin < count; bin++) {
    const at = sums + ((<usize>bin) << 4);
    gradient += load<f64>(at);
    hessian += load<f64>(at, 8);
    const rest = leaf.hessian - hessian;
    if (hessian < search.least) continue;
    if (rest < search.least) return;
    const left = stepOf(leaf, gradient, hessian + rules.l2);
    const right = stepOf(leaf, leaf.gradient - gradient, rest + rules.l2);
    if (<f64>direction * (right - left) < 0.0) continue;
    if (!offerSides(leaf, column, gradient, hessian, rules.l2)) continue;
    leaf.isSubset = false;
    leaf.cut = bin;
    leaf.missingLeft = missing != 0;
  }
}
