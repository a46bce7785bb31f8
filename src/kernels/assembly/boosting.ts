// Gradient boosting on histograms, trees grown leaf by leaf (Friedman 2001; Ke et al. 2017).
import { allocate, allocateZeroed } from './arena';
import { Bins, cutCountOf } from './bins';
import { logisticGradients, softmaxColumns, softmaxGradients, squaredGradients } from './gradients';
import { subtractSums, sumByBin } from './histogram';
import { findBestSplit, LEAF_BYTES, Leaf, leafAt } from './leaf';
import { spend } from './patience';
import { divideRows, splitSawMissing } from './rows';
import { closeNode, createTree, orderTree, splitNode, startTree, Tree } from './tree';

const SQUARED: i32 = 0;
const LOGISTIC: i32 = 1;
/** Gains below this are rounding. */
const LEAST_GAIN: f64 = 1e-14;

@unmanaged
export class Boosting {
  bins: Bins;
  /** f64 per row: centred and scaled values, 0 or 1, or class codes. */
  target: usize;
  /** f64 per row; 0 = every row weighs 1. */
  weights: usize;
  /** 0 = squared error, 1 = binary logistic, K > 2 = softmax over K classes. */
  classes: i32;
  learningRate: f64;
  maxLeaves: i32;
  leastRows: i32;
  l2: f64;
  tree: Tree;
  gains: usize;
  /** f64, class-major, `scoreStride` bytes per class: even rows, so that pairs never straddle two classes. */
  scores: usize;
  probabilities: usize;
  scoreStride: usize;
  /** (gradient, hessian) per row, and gathered for the rows of one leaf. */
  pairs: usize;
  gathered: usize;
  rows: usize;
  spare: usize;
  leaves: usize;
  /** u32 bytes per column: where its bins stand in a histogram. */
  offsets: usize;
  histogramBytes: usize;
}

export function createBoosting(
  bins: Bins,
  target: usize,
  weights: usize,
  classes: i32,
  base: usize,
  learningRate: f64,
  maxLeaves: i32,
  leastRows: i32,
  l2: f64,
): Boosting {
  const rows = <usize>bins.rows;
  const outputs = <usize>max(classes, 1);
  const boosting = changetype<Boosting>(allocateZeroed(offsetof<Boosting>()));
  boosting.bins = bins;
  boosting.target = target;
  boosting.weights = weights;
  boosting.classes = classes;
  boosting.learningRate = learningRate;
  boosting.maxLeaves = max(1, min(maxLeaves, bins.rows / leastRows));
  boosting.leastRows = leastRows;
  boosting.l2 = l2;
  boosting.tree = createTree(boosting.maxLeaves, 1);
  boosting.gains = allocateZeroed((<usize>bins.columns) << 3);
  boosting.scoreStride = ((rows + 1) & ~1) << 3;
  boosting.scores = allocateZeroed(boosting.scoreStride * outputs);
  boosting.probabilities = classes > 2 ? allocate(boosting.scoreStride * outputs) : 0;
  boosting.pairs = allocate(rows << 4);
  boosting.gathered = allocate(rows << 4);
  boosting.rows = allocate(rows << 2);
  boosting.spare = allocate(rows << 2);
  layOutHistogram(boosting);
  boosting.leaves = allocateLeaves(boosting);
  for (let k: usize = 0; k < outputs; k++) {
    const scores = boosting.scores + k * boosting.scoreStride;
    const start = load<f64>(base + (k << 3));
    for (let i: usize = 0; i < rows; i++) store<f64>(scores + (i << 3), start);
  }
  return boosting;
}

function layOutHistogram(boosting: Boosting): void {
  const columns = boosting.bins.columns;
  boosting.offsets = allocate((<usize>columns) << 2);
  let bytes: u32 = 0;
  for (let column = 0; column < columns; column++) {
    store<u32>(boosting.offsets + ((<usize>column) << 2), bytes);
    bytes += (<u32>(cutCountOf(boosting.bins, column) + 2)) << 4;
  }
  boosting.histogramBytes = <usize>bytes;
}

function allocateLeaves(boosting: Boosting): usize {
  const leaves = allocateZeroed(<usize>boosting.maxLeaves * LEAF_BYTES);
  for (let i = 0; i < boosting.maxLeaves; i++) {
    leafAt(leaves, i).histogram = allocate(boosting.histogramBytes);
  }
  return leaves;
}

/** Scores become probabilities before the trees of one softmax round. */
export function startRound(boosting: Boosting): void {
  if (boosting.classes < 2) return;
  const rows = boosting.bins.rows;
  softmaxColumns(
    boosting.scores,
    rows,
    boosting.classes,
    boosting.scoreStride,
    boosting.probabilities,
  );
  spend((<i64>rows * boosting.classes) << 2);
}

/** Grows the round's tree for `klass`, leaves it ordered in `boosting.tree`, adds it to the scores; answers its leaves. */
export function growBoosting(boosting: Boosting, klass: i32): i32 {
  fillGradients(boosting, klass);
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
  closeLeaves(boosting, klass, count);
  orderTree(boosting.tree);
  return count;
}

function fillGradients(boosting: Boosting, klass: i32): void {
  const rows = boosting.bins.rows;
  const scores = boosting.scores;
  const target = boosting.target;
  const weights = boosting.weights;
  const out = boosting.pairs;
  if (boosting.classes == SQUARED) squaredGradients(scores, target, weights, rows, out);
  else if (boosting.classes == LOGISTIC) logisticGradients(scores, target, weights, rows, out);
  else {
    const mine = boosting.probabilities + <usize>klass * boosting.scoreStride;
    softmaxGradients(mine, target, weights, rows, klass, boosting.classes, out);
  }
  spend((<i64>rows) << 2);
}

function plantRoot(boosting: Boosting): void {
  startTree(boosting.tree);
  const rows = boosting.bins.rows;
  const root = leafAt(boosting.leaves, 0);
  let sums = f64x2.splat(0.0);
  for (let i: usize = 0; i < <usize>rows; i++) {
    store<u32>(boosting.rows + (i << 2), <u32>i);
    sums = f64x2.add(sums, v128.load(boosting.pairs + (i << 4)));
  }
  root.node = 0;
  root.begin = 0;
  root.end = rows;
  root.gradient = f64x2.extract_lane(sums, 0);
  root.hessian = f64x2.extract_lane(sums, 1);
  root.gain = -1.0;
  if (boosting.maxLeaves == 1) return;
  const bytes = boosting.histogramBytes;
  sumByBin(boosting.bins, boosting.offsets, 0, rows, boosting.pairs, root.histogram, bytes);
  spend(<i64>rows * boosting.bins.columns);
  findBestSplit(boosting.bins, boosting.offsets, root, boosting.leastRows, boosting.l2);
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
  const begin = left.begin;
  const end = left.end;
  const bins = boosting.bins;
  const list = boosting.rows;
  const middle = divideRows(
    bins,
    column,
    left.cut,
    left.missingLeft,
    list,
    boosting.spare,
    begin,
    end,
  );
  const missingLeft = splitSawMissing ? left.missingLeft : middle - begin >= end - middle;
  const child = splitNode(boosting.tree, left.node, column, left.cut, missingLeft);
  const slot = boosting.gains + ((<usize>column) << 3);
  store<f64>(slot, load<f64>(slot) + left.gain);
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
  spend((<i64>(end - begin)) << 1);
}

/** Histograms and best splits of two new siblings: the smaller is summed, the larger is what remains of the parent. */
function measureChildren(boosting: Boosting, left: Leaf, right: Leaf): void {
  const leastRows = boosting.leastRows;
  const leftRows = left.end - left.begin;
  const rightRows = right.end - right.begin;
  if (leftRows < 2 * leastRows && rightRows < 2 * leastRows) return;
  const smaller = leftRows <= rightRows ? left : right;
  const count = smaller.end - smaller.begin;
  const list = boosting.rows + ((<usize>smaller.begin) << 2);
  for (let i: usize = 0; i < <usize>count; i++) {
    const pair = v128.load(boosting.pairs + ((<usize>load<u32>(list + (i << 2))) << 4));
    v128.store(boosting.gathered + (i << 4), pair);
  }
  const bins = boosting.bins;
  const offsets = boosting.offsets;
  const bytes = boosting.histogramBytes;
  sumByBin(bins, offsets, list, count, boosting.gathered, right.histogram, bytes);
  subtractSums(left.histogram, right.histogram, bytes);
  if (smaller === left) {
    const larger = left.histogram;
    left.histogram = right.histogram;
    right.histogram = larger;
  }
  spend((<i64>count + 512) * bins.columns);
  if (leftRows >= 2 * leastRows) findBestSplit(bins, offsets, left, leastRows, boosting.l2);
  if (rightRows >= 2 * leastRows) findBestSplit(bins, offsets, right, leastRows, boosting.l2);
}

/** A leaf's value is one Newton step, shortened by the learning rate. */
function closeLeaves(boosting: Boosting, klass: i32, count: i32): void {
  const scores = boosting.scores + <usize>klass * boosting.scoreStride;
  for (let i = 0; i < count; i++) {
    const leaf = leafAt(boosting.leaves, i);
    const curvature = leaf.hessian + boosting.l2;
    const step = curvature > 0.0 ? (-boosting.learningRate * leaf.gradient) / curvature : 0.0;
    const value = <f32>step;
    store<f32>(closeNode(boosting.tree, leaf.node), value);
    const end = boosting.rows + ((<usize>leaf.end) << 2);
    for (let at = boosting.rows + ((<usize>leaf.begin) << 2); at < end; at += 4) {
      const score = scores + ((<usize>load<u32>(at)) << 3);
      store<f64>(score, load<f64>(score) + <f64>value);
    }
  }
}
