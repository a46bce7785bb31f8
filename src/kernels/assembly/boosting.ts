// Gradient boosting on histograms (Friedman 2001; Ke et al. 2017): what it holds, and what it is told before it begins.
import { allocate, allocateZeroed } from './arena';
import { Bins, cutCountOf } from './bins';
import { softmaxColumns } from './gradients';
import { LEAF_BYTES, leafAt } from './leaf';
import { meanLoss, Objective, SOFTMAX } from './objective';
import { spend } from './patience';
import { listAll, seedRandom, takeSample } from './random';
import { SplitRules } from './split-rules';
import { createTree, SUBSET_BYTES, Tree } from './tree';

@unmanaged
export class Boosting {
  bins: Bins;
  objective: Objective;
  rules: SplitRules;
  learningRate: f64;
  maxLeaves: i32;
  tree: Tree;
  gains: usize;
  /** (gradient, hessian) per row, and gathered for the rows of one leaf. */
  pairs: usize;
  gathered: usize;
  /** u32: the training rows, then those that only measure the loss. */
  order: usize;
  trained: i32;
  /** u32: the rows of this round's trees, then all others. */
  bag: usize;
  bagged: i32;
  /** u32: the rows of the tree in hand, grouped by leaf. */
  rows: usize;
  spare: usize;
  leaves: usize;
  /** u32 bytes per column: where its bins stand in a histogram. */
  offsets: usize;
  histogramBytes: usize;
  seed: u64;
  round: u64;
  rowShare: f64;
  /** Columns that a tree may use. */
  columnsPerTree: i32;
}

export function createBoosting(
  bins: Bins,
  objective: Objective,
  learningRate: f64,
  maxLeaves: i32,
  leastRows: i32,
  l2: f64,
): Boosting {
  const rows = <usize>bins.rows;
  const boosting = changetype<Boosting>(allocateZeroed(offsetof<Boosting>()));
  boosting.bins = bins;
  boosting.objective = objective;
  boosting.learningRate = learningRate;
  boosting.maxLeaves = max(1, min(maxLeaves, bins.rows / leastRows));
  boosting.tree = createTree(boosting.maxLeaves, 1, bins.levels != 0);
  boosting.gains = allocateZeroed((<usize>bins.columns) << 3);
  boosting.pairs = allocate(rows << 4);
  boosting.gathered = allocate(rows << 4);
  boosting.order = allocate(rows << 2);
  boosting.bag = allocate(rows << 2);
  boosting.rows = allocate(rows << 2);
  boosting.spare = allocate(rows << 2);
  boosting.trained = bins.rows;
  boosting.bagged = bins.rows;
  boosting.rowShare = 1.0;
  boosting.columnsPerTree = bins.columns;
  listAll(boosting.order, bins.rows);
  listAll(boosting.bag, bins.rows);
  const rules = changetype<SplitRules>(allocateZeroed(offsetof<SplitRules>()));
  rules.leastRows = leastRows;
  rules.l2 = l2;
  rules.columns = allocate((<usize>bins.columns) << 2);
  rules.columnCount = bins.columns;
  listAll(rules.columns, bins.columns);
  boosting.rules = rules;
  layOutHistogram(boosting);
  boosting.leaves = allocateLeaves(boosting);
  return boosting;
}

/** What is to be minimised; every row's scores start from `base` (f64 per output). */
export function createObjective(
  kind: i32,
  outputs: i32,
  shape: f64,
  rows: i32,
  target: usize,
  weights: usize,
  base: usize,
): Objective {
  const objective = changetype<Objective>(allocateZeroed(offsetof<Objective>()));
  objective.kind = kind;
  objective.outputs = outputs;
  objective.shape = shape;
  objective.rows = rows;
  objective.target = target;
  objective.weights = weights;
  objective.stride = ((<usize>rows + 1) & ~1) << 3;
  objective.scores = allocateZeroed(objective.stride * <usize>outputs);
  objective.probabilities = kind == SOFTMAX ? allocate(objective.stride * <usize>outputs) : 0;
  for (let k: usize = 0; k < <usize>outputs; k++) {
    const scores = objective.scores + k * objective.stride;
    const start = load<f64>(base + (k << 3));
    for (let i: usize = 0; i < <usize>rows; i++) store<f64>(scores + (i << 3), start);
  }
  return objective;
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
    const leaf = leafAt(leaves, i);
    leaf.histogram = allocate(boosting.histogramBytes);
    leaf.subset = boosting.bins.levels == 0 ? 0 : allocate(SUBSET_BYTES);
  }
  return leaves;
}

/** Binds columns: `directions` holds an i32 each, 1 = the trees may only rise with it, −1 = only fall. */
export function bindColumns(boosting: Boosting, directions: usize): void {
  const columns = boosting.bins.columns;
  const bytes = allocate(<usize>columns);
  for (let i: usize = 0; i < <usize>columns; i++) {
    store<i8>(bytes + i, <i8>load<i32>(directions + (i << 2)));
  }
  boosting.rules.directions = bytes;
}

/** How columns of levels are split. */
export function groupLevels(boosting: Boosting, smoothing: f64, groupRows: f64): void {
  boosting.rules.smoothing = smoothing;
  boosting.rules.groupRows = groupRows;
}

/** Sets a share of the rows aside, of each of `strata` target codes its own (1 = of all rows); answers how many. */
export function holdOut(boosting: Boosting, seed: u64, share: f64, strata: i32): i32 {
  const rows = boosting.bins.rows;
  // Per stratum: how many of its rows are still to come, and how many of those are to be set aside.
  const left = allocateZeroed((<usize>strata) << 3);
  for (let row = 0; row < rows; row++) {
    const slot = left + (stratumOf(boosting, row, strata) << 3);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  for (let k: usize = 0; k < <usize>strata; k++) {
    const slot = left + (k << 3);
    store<u32>(slot, <u32>Math.round(<f64>load<u32>(slot) * share), 4);
  }
  seedRandom(seed, HOLDOUT_STREAM);
  let trained = 0;
  let heldOut = 0;
  for (let row = 0; row < rows; row++) {
    const slot = left + (stratumOf(boosting, row, strata) << 3);
    const isHeldOut = takeSample(slot);
    const place = isHeldOut ? rows - ++heldOut : trained++;
    store<u32>(boosting.order + ((<usize>place) << 2), <u32>row);
  }
  boosting.trained = trained;
  boosting.bagged = trained;
  memory.copy(boosting.bag, boosting.order, (<usize>rows) << 2);
  return heldOut;
}

/** Rounds have streams from 0 on. */
const HOLDOUT_STREAM: u64 = 0xffff_ffff_ffff_ffff;

function stratumOf(boosting: Boosting, row: i32, strata: i32): usize {
  if (strata == 1) return 0;
  return <usize>load<f64>(boosting.objective.target + ((<usize>row) << 3));
}

/** Every round's trees see a share of the training rows, every tree a number of the columns. */
export function sample(boosting: Boosting, seed: u64, rowShare: f64, columns: i32): void {
  boosting.seed = seed;
  boosting.rowShare = rowShare;
  boosting.columnsPerTree = columns;
}

/** Draws the round's rows; scores become probabilities before the trees of one softmax round. */
export function startRound(boosting: Boosting): void {
  const objective = boosting.objective;
  const rows = boosting.bins.rows;
  if (boosting.rowShare < 1.0 || boosting.columnsPerTree < boosting.bins.columns) {
    seedRandom(boosting.seed, boosting.round++);
  }
  if (boosting.rowShare < 1.0) drawBag(boosting);
  if (objective.kind != SOFTMAX) return;
  softmaxColumns(
    objective.scores,
    rows,
    objective.outputs,
    objective.stride,
    objective.probabilities,
  );
  spend((<i64>rows * objective.outputs) << 2);
}

/** Lists drawn training rows first, in their order, and all other rows behind them. */
function drawBag(boosting: Boosting): void {
  const trained = boosting.trained;
  const rows = boosting.bins.rows;
  const wanted = max(1, <i32>Math.round(<f64>trained * boosting.rowShare));
  const left = boosting.spare;
  store<u32>(left, trained);
  store<u32>(left, wanted, 4);
  let inside = boosting.bag;
  let outside = boosting.bag + ((<usize>wanted) << 2);
  for (let i = 0; i < rows; i++) {
    const row = load<u32>(boosting.order + ((<usize>i) << 2));
    if (i < trained && takeSample(left)) {
      store<u32>(inside, row);
      inside += 4;
    } else {
      store<u32>(outside, row);
      outside += 4;
    }
  }
  boosting.bagged = wanted;
  spend((<i64>rows) << 3);
}

/** Mean loss of the rows that were set aside. */
export function heldOutLoss(boosting: Boosting): f64 {
  const rows = boosting.order + ((<usize>boosting.trained) << 2);
  return meanLoss(boosting.objective, rows, boosting.bins.rows - boosting.trained);
}
