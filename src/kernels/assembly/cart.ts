// Classification and regression trees on bins (Breiman et al., 1984), alone or as the trees of a forest (Breiman, 2001).
import { allocate, allocateZeroed } from './arena';
import { Bins } from './bins';
import { closeClassLeaf, loadClasses } from './gini';
import { cutColumn } from './node-cut';
import { spend } from './patience';
import { randomBelow, seedRandom } from './random';
import { drawCut } from './random-cut';
import { divideRows, splitSawMissing } from './rows';
import { createTree, orderTree, splitNode, startTree, Tree } from './tree';
import { closeValueLeaf, loadValues } from './variance';

@unmanaged
export class Cart {
  bins: Bins;
  /** f64 per row: class codes from 0, or centred and scaled values. */
  target: usize;
  /** f64 per row, positive; 0 = every row weighs 1. */
  weights: usize;
  /** 0 = regression. */
  classes: i32;
  /** Columns looked at per node, constant ones not counted. */
  columnsPerSplit: i32;
  /** A leaf holds at least this weight. */
  leastWeight: f64;
  maxDepth: i32;
  bootstrap: bool;
  /** One drawn cut per column instead of the best one. */
  drawsCuts: bool;
  tree: Tree;
  /** f64 per column: impurity decrease, summed over nodes and trees. */
  gains: usize;
  /** u32: the rows of this tree, grouped by node. */
  rows: usize;
  spare: usize;
  /** f64 per row: its weight in this tree. */
  drawn: usize;
  /** u32 per row: how often it was drawn; 0 = every row once. */
  times: usize;
  /** 16 bytes per row of the node in hand: class offset and weight, or weighted value and weight. */
  payload: usize;
  histogram: usize;
  /** Bitmap of the bins that the node in hand occupies: four u64. */
  occupied: usize;
  /** f64 per class: of the node, left and right of the cut in hand. */
  totals: usize;
  left: usize;
  right: usize;
  columnOrder: usize;
  stack: usize;
  /** The node in hand. */
  begin: i32;
  end: i32;
  weight: f64;
  sum: f64;
  /** The score of a split into two sides without any impurity: no other column can do better. */
  perfectScore: f64;
  /** Its best split so far; `column` is −1 when there is none. */
  bestScore: f64;
  bestColumn: i32;
  bestCut: i32;
  bestMissingLeft: bool;
}

const STACK_ENTRY: usize = 16;
/** Scores this close to each other, as a share, are equal. */
export const ROUNDING: f64 = 1e-13;

export function createCart(
  bins: Bins,
  target: usize,
  weights: usize,
  classes: i32,
  columnsPerSplit: i32,
  leastWeight: f64,
  maxDepth: i32,
  bootstrap: bool,
  drawsCuts: bool,
): Cart {
  const rows = <usize>bins.rows;
  const width = <usize>max(classes, 2);
  const cart = changetype<Cart>(allocateZeroed(offsetof<Cart>()));
  cart.bins = bins;
  cart.target = target;
  cart.weights = weights;
  cart.classes = classes;
  cart.columnsPerSplit = columnsPerSplit;
  cart.leastWeight = leastWeight;
  cart.maxDepth = maxDepth;
  cart.bootstrap = bootstrap;
  cart.drawsCuts = drawsCuts;
  cart.tree = createTree(bins.rows, max(classes, 1), false);
  cart.gains = allocateZeroed((<usize>bins.columns) << 3);
  cart.rows = allocate(rows << 2);
  cart.spare = allocate(rows << 2);
  cart.drawn = allocate(rows << 3);
  cart.times = bootstrap ? allocate(rows << 2) : 0;
  cart.payload = allocate(rows << 4);
  cart.histogram = allocate(width << 11);
  cart.occupied = allocate(32);
  cart.totals = allocate(width << 3);
  cart.left = allocate(width << 3);
  cart.right = allocate(width << 3);
  cart.columnOrder = allocate((<usize>bins.columns) << 2);
  cart.stack = allocate((rows + 1) * STACK_ENTRY);
  return cart;
}

/** Grows tree number `stream` of the forest that `seed` makes, and leaves it ordered in `cart.tree`. */
export function growCart(cart: Cart, seed: u64, stream: u64): void {
  seedRandom(seed, stream);
  const columns = cart.bins.columns;
  for (let i = 0; i < columns; i++)
    store<i32>(cart.columnOrder + ((<usize>i) << 2), columns - 1 - i);
  const tree = cart.tree;
  startTree(tree);
  let depth = push(cart.stack, 0, 0, drawRows(cart), 0);
  while (depth > 0) {
    const entry = cart.stack + <usize>--depth * STACK_ENTRY;
    const node = load<i32>(entry);
    cart.begin = load<i32>(entry, 4);
    cart.end = load<i32>(entry, 8);
    const level = load<i32>(entry, 12);
    const pure = cart.classes > 0 ? loadClasses(cart) : loadValues(cart);
    cart.bestColumn = -1;
    if (!pure && level < cart.maxDepth && cart.weight >= 2.0 * cart.leastWeight) findSplit(cart);
    if (cart.bestColumn < 0) {
      if (cart.classes > 0) closeClassLeaf(cart, node);
      else closeValueLeaf(cart, node);
      continue;
    }
    const begin = cart.begin;
    const end = cart.end;
    const middle = divide(cart);
    const child = splitNode(tree, node, cart.bestColumn, cart.bestCut, cart.bestMissingLeft);
    // The smaller side first: the stack stays as short as the logarithm of the rows.
    const leftFirst = middle - begin < end - middle;
    if (leftFirst) depth += push(entry, child + 1, middle, end, level + 1);
    depth += push(cart.stack + <usize>depth * STACK_ENTRY, child, begin, middle, level + 1);
    if (!leftFirst) {
      depth += push(cart.stack + <usize>depth * STACK_ENTRY, child + 1, middle, end, level + 1);
    }
  }
  orderTree(tree);
}

function push(entry: usize, node: i32, begin: i32, end: i32, level: i32): i32 {
  store<i32>(entry, node);
  store<i32>(entry, begin, 4);
  store<i32>(entry, end, 8);
  store<i32>(entry, level, 12);
  return 1;
}

/** Lists the rows of this tree, with their weights; answers how many there are. */
function drawRows(cart: Cart): i32 {
  const count = cart.bins.rows;
  const drawn = cart.drawn;
  if (cart.bootstrap) {
    memory.fill(cart.times, 0, (<usize>count) << 2);
    for (let i = 0; i < count; i++) {
      const slot = cart.times + ((<usize>randomBelow(count)) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
  }
  let listed: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const times = cart.bootstrap ? load<u32>(cart.times + (i << 2)) : 1;
    const weight = cart.weights == 0 ? 1.0 : load<f64>(cart.weights + (i << 3));
    store<f64>(drawn + (i << 3), <f64>times * weight);
    store<u32>(cart.rows + (listed << 2), <u32>i);
    listed += <usize>(times > 0);
  }
  spend((<i64>count) << 3);
  return <i32>listed;
}

/** Tries columns in random order until enough that vary have been seen; in their own order when all are to be seen. */
function findSplit(cart: Cart): void {
  const order = cart.columnOrder;
  cart.bestScore = -Infinity;
  let available = cart.bins.columns;
  const draws = cart.columnsPerSplit < available;
  let seen = 0;
  while (available > 0 && seen < cart.columnsPerSplit) {
    const slot = order + ((<usize>(draws ? randomBelow(available) : available - 1)) << 2);
    const column = load<i32>(slot);
    available--;
    const last = order + ((<usize>available) << 2);
    store<i32>(slot, load<i32>(last));
    store<i32>(last, column);
    const varies = cart.classes > 0 ? tryColumn<i32>(cart, column) : tryColumn<f64>(cart, column);
    seen += <i32>varies;
    if (cart.bestScore >= cart.perfectScore) break;
    spend(<i64>(cart.end - cart.begin) + 64);
  }
  if (cart.bestColumn < 0) return;
  const slot = cart.gains + ((<usize>cart.bestColumn) << 3);
  store<f64>(slot, load<f64>(slot) + max(0.0, cart.bestScore - ownScore(cart)));
}

function tryColumn<Target>(cart: Cart, column: i32): bool {
  return cart.drawsCuts ? drawCut<Target>(cart, column) : cutColumn<Target>(cart, column);
}

/** The score of the node left whole; that of a regression node is counted from there. */
function ownScore(cart: Cart): f64 {
  if (cart.classes == 0) return 0.0;
  let squares = 0.0;
  for (let k = 0; k < cart.classes; k++) {
    const total = load<f64>(cart.totals + ((<usize>k) << 3));
    squares += total * total;
  }
  return squares / cart.weight;
}

/** The rows of the node in hand, as often as each was drawn. */
export function countRows(cart: Cart): i32 {
  if (!cart.bootstrap) return cart.end - cart.begin;
  let count = 0;
  const end = cart.rows + ((<usize>cart.end) << 2);
  for (let at = cart.rows + ((<usize>cart.begin) << 2); at < end; at += 4) {
    count += load<i32>(cart.times + ((<usize>load<u32>(at)) << 2));
  }
  return count;
}

/** Divides the rows of the node; where no row lacks a value, a missing one later goes with the majority. */
function divide(cart: Cart): i32 {
  const middle = divideRows(
    cart.bins,
    cart.bestColumn,
    cart.bestCut,
    cart.bestMissingLeft,
    cart.rows,
    cart.spare,
    cart.begin,
    cart.end,
  );
  if (!splitSawMissing) cart.bestMissingLeft = middle - cart.begin >= cart.end - middle;
  return middle;
}

/** Keeps a split if it beats the best one: score = numerator / denominator, compared without dividing. */
export function offer(
  cart: Cart,
  numerator: f64,
  denominator: f64,
  column: i32,
  cut: i32,
  missingLeft: bool,
): void {
  if (!(numerator > cart.bestScore * denominator)) return;
  cart.bestScore = numerator / denominator;
  cart.bestColumn = column;
  cart.bestCut = cut;
  cart.bestMissingLeft = missingLeft;
}
