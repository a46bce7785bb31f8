// One boosted tree, grown leaf by leaf: always the leaf whose split takes most off the loss.
import { findBestSplit } from './best-split';
import { Boosting } from './boosting';
import { subtractSums, sumByBin } from './histogram';
import { Leaf, leafAt, stepOf } from './leaf';
import { fillGradients, leafValue, QUANTILE } from './objective';
import { spend } from './patience';
import { randomSubset } from './random';
import { residualQuantile } from './residual-quantile';
import { divideRows, divideRowsBySubset, splitSawMissing } from './rows';
import { directionOf, SUBSET_L2 } from './split-rules';
import { closeNode, orderTree, splitNode, splitNodeBySubset, startTree } from './tree';
import { valueAt } from './walk';

/** Gains below this are rounding. */
const LEAST_GAIN: f64 = 1e-14;

/** Grows the round's tree for `output`, leaves it ordered in `boosting.tree`, adds it to the scores; answers its leaves. */
export function growBoosting(boosting: Boosting, output: i32): i32 {
  const rules = boosting.rules;
  fillGradients(boosting.objective, output, boosting.pairs);
  spend((<i64>boosting.bins.rows) << 2);
  if (boosting.columnsPerTree < boosting.bins.columns) {
    rules.columnCount = boosting.columnsPerTree;
    randomSubset(rules.columns, boosting.bins.columns, boosting.columnsPerTree);
  }
  plantRoot(boosting);
  let count = 1;
  while (count < boosting.maxLeaves) {
    const best = bestLeaf(boosting, count);
    if (best < 0) break;
    splitLeaf(boosting, leafAt(boosting.leaves, best), leafAt(boosting.leaves, count));
    count++;
    if (count < boosting.maxLeaves) {
      measureChildren(boosting, leafAt(boosting.leaves, best), leafAt(boosting.leaves, count - 1));
    }
  }
  closeLeaves(boosting, output, count);
  scoreOtherRows(boosting, output);
  orderTree(boosting.tree);
  return count;
}

function plantRoot(boosting: Boosting): void {
  startTree(boosting.tree);
  const rows = boosting.bagged;
  const whole = rows == boosting.bins.rows;
  const root = leafAt(boosting.leaves, 0);
  memory.copy(boosting.rows, boosting.bag, (<usize>rows) << 2);
  if (!whole) gatherPairs(boosting, 0, rows);
  const pairs = whole ? boosting.pairs : boosting.gathered;
  let sums = f64x2.splat(0.0);
  for (let i: usize = 0; i < <usize>rows; i++) sums = f64x2.add(sums, v128.load(pairs + (i << 4)));
  root.node = 0;
  root.begin = 0;
  root.end = rows;
  root.gradient = f64x2.extract_lane(sums, 0);
  root.hessian = f64x2.extract_lane(sums, 1);
  root.gain = -1.0;
  root.lower = -Infinity;
  root.upper = Infinity;
  root.l2 = boosting.rules.l2;
  if (boosting.maxLeaves == 1) return;
  sumRows(boosting, whole ? 0 : boosting.rows, rows, pairs, root.histogram);
  findBestSplit(boosting.bins, boosting.offsets, root, boosting.rules);
}

/** Pairs of the listed rows, in their order. */
function gatherPairs(boosting: Boosting, begin: i32, count: i32): void {
  const list = boosting.rows + ((<usize>begin) << 2);
  for (let i: usize = 0; i < <usize>count; i++) {
    const pair = v128.load(boosting.pairs + ((<usize>load<u32>(list + (i << 2))) << 4));
    v128.store(boosting.gathered + (i << 4), pair);
  }
}

function sumRows(boosting: Boosting, list: usize, count: i32, pairs: usize, out: usize): void {
  const rules = boosting.rules;
  sumByBin(
    boosting.bins,
    rules.columns,
    rules.columnCount,
    boosting.offsets,
    list,
    count,
    pairs,
    out,
    boosting.histogramBytes,
  );
  spend((<i64>count + 512) * rules.columnCount);
}

function bestLeaf(boosting: Boosting, count: i32): i32 {
  let best = -1;
  let gain = LEAST_GAIN;
  for (let i = 0; i < count; i++) {
    const leaf = leafAt(boosting.leaves, i);
    if (leaf.gain <= gain) continue;
    gain = leaf.gain;
    best = i;
  }
  return best;
}

/** `left` is split: it keeps the left rows, `right` takes the others. */
function splitLeaf(boosting: Boosting, left: Leaf, right: Leaf): void {
  const column = left.column;
  const end = left.end;
  const middle = divideLeaf(boosting, left);
  const child = boosting.tree.nodeCount - 2;
  const slot = boosting.gains + ((<usize>column) << 3);
  store<f64>(slot, load<f64>(slot) + left.gain);
  right.l2 = left.l2;
  right.lower = left.lower;
  right.upper = left.upper;
  const rules = boosting.rules;
  if (rules.directions != 0 && directionOf(rules, column) != 0) bindSides(boosting, left, right);
  right.gradient = left.gradient - left.leftGradient;
  right.hessian = left.hessian - left.leftHessian;
  left.gradient = left.leftGradient;
  left.hessian = left.leftHessian;
  right.begin = middle;
  right.end = end;
  left.end = middle;
  left.node = child;
  right.node = child + 1;
  left.gain = -1.0;
  right.gain = -1.0;
}

/** Divides the rows of a leaf by its best split and writes that into the tree; answers where the right rows begin. */
function divideLeaf(boosting: Boosting, leaf: Leaf): i32 {
  const bins = boosting.bins;
  const list = boosting.rows;
  const spare = boosting.spare;
  const begin = leaf.begin;
  const end = leaf.end;
  const column = leaf.column;
  spend((<i64>(end - begin)) << 1);
  if (leaf.isSubset) {
    leaf.l2 = boosting.rules.l2 + SUBSET_L2;
    splitNodeBySubset(boosting.tree, leaf.node, column, leaf.subset, leaf.missingLeft);
    return divideRowsBySubset(bins, column, leaf.subset, list, spare, begin, end);
  }
  leaf.l2 = boosting.rules.l2;
  const middle = divideRows(bins, column, leaf.cut, leaf.missingLeft, list, spare, begin, end);
  const missingLeft = splitSawMissing ? leaf.missingLeft : middle - begin >= end - middle;
  splitNode(boosting.tree, leaf.node, column, leaf.cut, missingLeft);
  return middle;
}

/** Neither side's later leaves may cross the middle between the two steps. */
function bindSides(boosting: Boosting, left: Leaf, right: Leaf): void {
  const l2 = boosting.rules.l2;
  const low = stepOf(left, left.leftGradient, left.leftHessian + l2);
  const rest = left.hessian - left.leftHessian;
  const high = stepOf(left, left.gradient - left.leftGradient, rest + l2);
  const middle = (low + high) * 0.5;
  if (directionOf(boosting.rules, left.column) > 0) {
    left.upper = middle;
    right.lower = middle;
  } else {
    left.lower = middle;
    right.upper = middle;
  }
}

/** Histograms and best splits of two new siblings: the smaller is summed, the larger is what remains of the parent. */
function measureChildren(boosting: Boosting, left: Leaf, right: Leaf): void {
  const leastRows = boosting.rules.leastRows;
  const leftRows = left.end - left.begin;
  const rightRows = right.end - right.begin;
  if (leftRows < 2 * leastRows && rightRows < 2 * leastRows) return;
  const smaller = leftRows <= rightRows ? left : right;
  const count = smaller.end - smaller.begin;
  gatherPairs(boosting, smaller.begin, count);
  const list = boosting.rows + ((<usize>smaller.begin) << 2);
  sumRows(boosting, list, count, boosting.gathered, right.histogram);
  subtractSums(left.histogram, right.histogram, boosting.histogramBytes);
  if (smaller === left) {
    const larger = left.histogram;
    left.histogram = right.histogram;
    right.histogram = larger;
  }
  const bins = boosting.bins;
  const offsets = boosting.offsets;
  if (leftRows >= 2 * leastRows) findBestSplit(bins, offsets, left, boosting.rules);
  if (rightRows >= 2 * leastRows) findBestSplit(bins, offsets, right, boosting.rules);
}

/** A leaf's value is one Newton step, or the quantile of what is left to explain, shortened by the learning rate. */
function closeLeaves(boosting: Boosting, output: i32, count: i32): void {
  const objective = boosting.objective;
  const scores = objective.scores + <usize>output * objective.stride;
  for (let i = 0; i < count; i++) {
    const leaf = leafAt(boosting.leaves, i);
    const first = boosting.rows + ((<usize>leaf.begin) << 2);
    const rows = leaf.end - leaf.begin;
    const best =
      objective.kind == QUANTILE
        ? residualQuantile(objective, first, rows, boosting.gathered)
        : leafValue(objective, stepOf(leaf, leaf.gradient, leaf.hessian + leaf.l2));
    const value = <f32>(boosting.learningRate * best);
    store<f32>(closeNode(boosting.tree, leaf.node, rows), value);
    const end = boosting.rows + ((<usize>leaf.end) << 2);
    for (let at = first; at < end; at += 4) {
      const score = scores + ((<usize>load<u32>(at)) << 3);
      store<f64>(score, load<f64>(score) + <f64>value);
    }
  }
}

/** Rows that the tree did not see walk down it. */
function scoreOtherRows(boosting: Boosting, output: i32): void {
  const scores = boosting.objective.scores + <usize>output * boosting.objective.stride;
  const rows = boosting.bins.rows;
  for (let i = boosting.bagged; i < rows; i++) {
    const row = <usize>load<u32>(boosting.bag + ((<usize>i) << 2));
    const score = scores + (row << 3);
    store<f64>(score, load<f64>(score) + <f64>valueAt(boosting.tree, boosting.bins, row));
  }
  spend((<i64>(rows - boosting.bagged)) << 4);
}
