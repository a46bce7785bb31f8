// Splits of a column of levels (Fisher, 1958; Ke et al., 2017): sorted by the step each would take alone, the best
// subset is a run from either end, so that only their count is tried and not every subset.
import { offerSides } from './best-split';
import { Leaf } from './leaf';
import { SplitRules, SUBSET_L2 } from './split-rules';

/** So few levels are tried one by one against the rest. */
const MOST_SINGLES = 4;
/** The most levels that a split names. */
const MOST_NAMED = 32;

/** u32: the levels with rows enough, by ascending step; and f64: their steps. */
const members: usize = memory.data(256 * 4);
const steps: usize = memory.data(256 * 8, 16);

/**
 * Offers subsets of the `levels` bins of a column and of bin `levels`, the missing values. What a split does not name goes
 * right: rare levels, those that no row of the leaf has, and missing values among them. `least` is a side's least hessian.
 */
export function offerSubsets(
  leaf: Leaf,
  column: i32,
  sums: usize,
  levels: i32,
  least: f64,
  rules: SplitRules,
): void {
  const rowsPerHessian = <f64>(leaf.end - leaf.begin) / leaf.hessian;
  const few = levels <= MOST_SINGLES;
  const count = sortLevels(sums, levels, rowsPerHessian, few ? 0.5 : rules.smoothing, rules);
  if (few) {
    for (let i = 0; i < count; i++) {
      const at = sums + ((<usize>memberAt(i)) << 4);
      const hessian = load<f64>(at, 8);
      if (hessian < least || leaf.hessian - hessian < least) continue;
      if (offerSides(leaf, column, load<f64>(at), hessian, rules.l2)) keep(leaf, levels, i, i);
    }
    return;
  }
  offerRuns(leaf, column, sums, levels, least, rules, count, true);
  offerRuns(leaf, column, sums, levels, least, rules, count, false);
}

/** Lists the levels with at least `leastRows` rows by ascending step; answers how many. */
function sortLevels(
  sums: usize,
  levels: i32,
  rowsPerHessian: f64,
  leastRows: f64,
  rules: SplitRules,
): i32 {
  let count = 0;
  for (let bin = 0; bin <= levels; bin++) {
    const at = sums + ((<usize>bin) << 4);
    const hessian = load<f64>(at, 8);
    if (hessian * rowsPerHessian < leastRows) continue;
    const step = load<f64>(at) / (hessian + rules.smoothing);
    let place = count++;
    for (; place > 0 && load<f64>(steps + ((<usize>(place - 1)) << 3)) > step; place--) {
      store<f64>(steps + ((<usize>place) << 3), load<f64>(steps + ((<usize>(place - 1)) << 3)));
      store<i32>(members + ((<usize>place) << 2), memberAt(place - 1));
    }
    store<f64>(steps + ((<usize>place) << 3), step);
    store<i32>(members + ((<usize>place) << 2), bin);
  }
  return count;
}

function memberAt(place: i32): i32 {
  return load<i32>(members + ((<usize>place) << 2));
}

/** Offers the runs from one end, each longer than the one before by a group of levels with rows enough. */
function offerRuns(
  leaf: Leaf,
  column: i32,
  sums: usize,
  levels: i32,
  least: f64,
  rules: SplitRules,
  count: i32,
  fromLow: bool,
): void {
  const rowsPerHessian = <f64>(leaf.end - leaf.begin) / leaf.hessian;
  const longest = min(MOST_NAMED, (count + 1) >> 1);
  const l2 = rules.l2 + SUBSET_L2;
  let gradient = 0.0;
  let hessian = 0.0;
  let groupRows = 0.0;
  for (let i = 0; i < longest; i++) {
    const at = sums + ((<usize>memberAt(fromLow ? i : count - 1 - i)) << 4);
    gradient += load<f64>(at);
    hessian += load<f64>(at, 8);
    groupRows += load<f64>(at, 8) * rowsPerHessian;
    const rest = leaf.hessian - hessian;
    if (hessian < least) continue;
    if (rest < least || rest * rowsPerHessian < rules.groupRows) return;
    if (groupRows < rules.groupRows) continue;
    groupRows = 0.0;
    if (!offerSides(leaf, column, gradient, hessian, l2)) continue;
    if (fromLow) keep(leaf, levels, 0, i);
    else keep(leaf, levels, count - 1 - i, count - 1);
  }
}

/** Writes down the levels from one place to another; a missing value is the bin after the last here, 255 in a model. */
function keep(leaf: Leaf, levels: i32, first: i32, last: i32): void {
  leaf.isSubset = true;
  leaf.missingLeft = false;
  memory.fill(leaf.subset, 0, 32);
  for (let i = first; i <= last; i++) {
    const bin = memberAt(i);
    setBit(leaf.subset, bin);
    if (bin != levels) continue;
    leaf.missingLeft = true;
    setBit(leaf.subset, 255);
  }
}

function setBit(bits: usize, bit: i32): void {
  const at = bits + <usize>(bit >> 3);
  store<u8>(at, load<u8>(at) | ((<u8>1) << (<u8>(bit & 7))));
}
