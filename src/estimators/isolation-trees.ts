import { type Matrix, matrixColumn } from '../frame/frame.ts';
import { pollWork } from '../kernels/kernels.ts';
import { logarithm } from './elementary.ts';
import { uniformDraws } from './uniform-draws.ts';

/** Euler's constant. */
const GAMMA = 0.5772156649015329;

/** Trees one after the other in flat arrays; node 0 of a tree stands at its entry in `roots`. */
export type IsolationTrees = {
  readonly roots: Int32Array;
  /** −1: a leaf. */
  readonly feature: Int32Array;
  /** Of an inner node: values up to it go left. Of a leaf: how long the path of a row that ends here counts. */
  readonly value: Float64Array;
  /** The left child; the right one follows it. */
  readonly left: Int32Array;
};

export type GrowOptions = {
  readonly trees: number;
  /** Rows that each tree is grown on, drawn without replacement. */
  readonly sample: number;
  readonly seed: bigint;
  readonly poll: () => void;
};

/**
 * Isolation trees (Liu, Ting and Zhou 2008): a node is cut at a random place of a random column until its rows are alone
 * or the tree is ⌈log₂ sample⌉ deep. O(trees · sample · depth).
 */
export function growIsolationTrees(x: Matrix, options: GrowOptions): IsolationTrees {
  const { trees, seed, poll } = options;
  const sample = Math.min(options.sample, x.rowCount);
  const depth = Math.ceil(Math.log2(Math.max(2, sample)));
  const uniform = uniformDraws(seed);
  const order = Int32Array.from({ length: x.rowCount }, (_, row) => row);
  const grown: Growing = { feature: [], value: [], left: [] };
  const roots = new Int32Array(trees);
  const pathEnds = Float64Array.from({ length: sample + 1 }, (_, size) => meanPath(size));
  for (let tree = 0; tree < trees; tree++) {
    poll();
    drawFirst(order, sample, uniform);
    roots[tree] = addNode(grown);
    const site = { x, rows: order.slice(0, sample), grown, uniform, pathEnds };
    growNode(site, { node: roots[tree] as number, from: 0, to: sample, left: depth, depth: 0 });
  }
  return {
    roots,
    feature: Int32Array.from(grown.feature),
    value: Float64Array.from(grown.value),
    left: Int32Array.from(grown.left),
  };
}

/** How long the path of each row is, the mean over all trees. */
export function pathLengths(
  { roots, feature, value, left }: IsolationTrees,
  { rowCount, data }: Matrix,
): Float64Array {
  const lengths = new Float64Array(rowCount);
  for (const root of roots) {
    pollWork();
    for (let row = 0; row < rowCount; row++) {
      let node = root;
      for (let at = feature[node] as number; at >= 0; at = feature[node] as number) {
        const goesRight = (data[at * rowCount + row] as number) > (value[node] as number);
        node = (left[node] as number) + (goesRight ? 1 : 0);
      }
      lengths[row] = (lengths[row] as number) + (value[node] as number);
    }
  }
  return lengths.map((sum) => sum / roots.length);
}

/** The mean path of a search in a random tree of so many rows that finds nothing: 2 H(n − 1) − 2 (n − 1) ÷ n. */
export function meanPath(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (logarithm(rows - 1) + GAMMA) - (2 * (rows - 1)) / rows;
}

type Growing = {
  readonly feature: number[];
  readonly value: number[];
  readonly left: number[];
};

type Site = {
  readonly x: Matrix;
  /** Rows of this tree; those of a node stand together. */
  readonly rows: Int32Array;
  readonly grown: Growing;
  readonly uniform: () => number;
  readonly pathEnds: Float64Array;
};

type Node = {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  /** How much deeper it may go. */
  readonly left: number;
  readonly depth: number;
};

function growNode(site: Site, { node, from, to, left, depth }: Node): void {
  const { grown, rows, pathEnds } = site;
  const cut = left === 0 || to - from < 2 ? null : drawCut(site, from, to);
  if (cut === null) {
    grown.value[node] = depth + (pathEnds[to - from] as number);
    return;
  }
  const middle = divide(rows, from, to, (row) => (cut.values[row] as number) <= cut.at);
  const child = addNode(grown);
  addNode(grown);
  grown.feature[node] = cut.feature;
  grown.value[node] = cut.at;
  grown.left[node] = child;
  const below = { left: left - 1, depth: depth + 1 };
  growNode(site, { node: child, from, to: middle, ...below });
  growNode(site, { node: child + 1, from: middle, to, ...below });
}

/** Of the columns that differ in these rows one by chance, and a place between its ends; null where none differs. */
function drawCut({ x, rows, uniform }: Site, from: number, to: number) {
  const open = Int32Array.from({ length: x.names.length }, (_, feature) => feature);
  for (let count = open.length; count > 0; count--) {
    const drawn = Math.floor(uniform() * count);
    const feature = open[drawn] as number;
    open[drawn] = open[count - 1] as number;
    const values = matrixColumn(x, feature);
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = from; i < to; i++) {
      const value = values[rows[i] as number] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (least === most) continue;
    const at = least + uniform() * (most - least);
    // Rounding may end at the largest value, where every row would go left.
    return { feature, values, at: at < most ? at : least };
  }
  return null;
}

/** Puts the rows that go left first; how many of all they reach. */
function divide(rows: Int32Array, from: number, to: number, goesLeft: (row: number) => boolean) {
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = rows[i] as number;
    if (!goesLeft(row)) continue;
    rows[i] = rows[middle] as number;
    rows[middle++] = row;
  }
  return middle;
}

/** A leaf, until it is cut. */
function addNode({ feature, value, left }: Growing): number {
  left.push(0);
  value.push(0);
  return feature.push(-1) - 1;
}

/** The first `count` become a random choice of all (Fisher and Yates). */
function drawFirst(order: Int32Array, count: number, uniform: () => number): void {
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(uniform() * (order.length - i));
    const row = order[i] as number;
    order[i] = order[other] as number;
    order[other] = row;
  }
}
