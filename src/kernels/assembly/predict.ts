// Sums of tree leaves per row: rows are binned once by the cuts that the trees use, then walk the trees as bytes.
import { allocate, mark, release } from './arena';
import { codeColumnInto } from './bins';
import { spend } from './patience';
import { inSubset } from './rows';
import { isSubsetSplit, SUBSET_BYTES, subsetOf } from './tree';

/** Rows binned at a time where trees are small: they and a tree fit the first-level caches. */
const BLOCK: i32 = 512;
/** Codes binned at a time where trees are large: every block fetches each tree anew, so there are to be few. */
const LARGE_BLOCK_BYTES: i32 = 1 << 18;
const LARGE_TREE_NODES: i32 = 1024;

/**
 * Adds the leaves of `treeCount` trees to `out` (f64, row-major, `outputs` per row): tree t adds `width` values from
 * column (t · width) mod outputs on. A column has `cutCounts` (i32) cuts in `cuts` (f64) from number `cutStarts` (u32) on,
 * with +∞ behind them up to a power of two. `subsets` holds the trees' splits of levels, those of tree t from number
 * `firstSubsets[t]` (u32) on; 0 = no tree has any.
 */
export function addTrees(
  nodes: usize,
  nodeCount: i32,
  roots: usize,
  treeCount: i32,
  values: usize,
  width: i32,
  outputs: i32,
  cuts: usize,
  cutStarts: usize,
  cutCounts: usize,
  x: usize,
  rows: i32,
  columns: i32,
  subsets: usize,
  firstSubsets: usize,
  out: usize,
): void {
  if (treeCount == 0) return;
  const scratch = mark();
  const block = min(rows, blockRows(nodeCount / treeCount, columns));
  const codes = allocate(<usize>block * <usize>columns);
  for (let begin = 0; begin < rows; begin += block) {
    const count = min(block, rows - begin);
    for (let column = 0; column < columns; column++) {
      codeColumnInto(
        x + ((<usize>column * <usize>rows + <usize>begin) << 3),
        count,
        cuts + ((<usize>load<u32>(cutStarts + ((<usize>column) << 2))) << 3),
        load<i32>(cutCounts + ((<usize>column) << 2)),
        255,
        codes + <usize>column,
        <usize>columns,
      );
    }
    spend((<i64>count * columns) << 3);
    const to = out + ((<usize>begin * <usize>outputs) << 3);
    let place: usize = 0;
    for (let t = 0; t < treeCount; t++) {
      const root = nodes + ((<usize>load<u32>(roots + ((<usize>t) << 2))) << 3);
      const at = to + (place << 3);
      if (subsets == 0) {
        addTree<bool>(nodes, root, values, width, codes, count, columns, 0, at, outputs);
      } else {
        const first = <usize>load<u32>(firstSubsets + ((<usize>t) << 2)) * SUBSET_BYTES;
        const own = subsets + first;
        addTree<usize>(nodes, root, values, width, codes, count, columns, own, at, outputs);
      }
      place += <usize>width;
      if (place >= <usize>outputs) place = 0;
      spend((<i64>count) << 4);
    }
  }
  release(scratch);
}

function blockRows(nodesOfTree: i32, columns: i32): i32 {
  return nodesOfTree < LARGE_TREE_NODES ? BLOCK : max(BLOCK, LARGE_BLOCK_BYTES / max(columns, 1));
}

/** `Subsets` is bool where the tree has no splits of levels, so that most trees do not ask. */
function addTree<Subsets>(
  nodes: usize,
  root: usize,
  values: usize,
  width: i32,
  codes: usize,
  rows: i32,
  columns: i32,
  subsets: usize,
  out: usize,
  outputs: i32,
): void {
  const stride = <usize>columns;
  const last = rows - 1;
  for (let i = 0; i < rows; i += 4) {
    // Beyond the last row the last one walks again, and is not counted.
    const row0 = codes + <usize>i * stride;
    const row1 = codes + <usize>min(i + 1, last) * stride;
    const row2 = codes + <usize>min(i + 2, last) * stride;
    const row3 = codes + <usize>min(i + 3, last) * stride;
    const start = load<i64>(root);
    let node0 = start;
    let node1 = start;
    let node2 = start;
    let node3 = start;
    // Four walks side by side hide each other's waits for memory; the sign of a node says that it is a leaf.
    while ((node0 & node1 & node2 & node3) >= 0) {
      node0 = step<Subsets>(nodes, node0, row0, subsets);
      node1 = step<Subsets>(nodes, node1, row1, subsets);
      node2 = step<Subsets>(nodes, node2, row2, subsets);
      node3 = step<Subsets>(nodes, node3, row3, subsets);
    }
    const to = out + ((<usize>i * <usize>outputs) << 3);
    const count = rows - i;
    addLeaf(values, node0, width, to);
    if (count > 1) addLeaf(values, node1, width, to + ((<usize>outputs) << 3));
    if (count > 2) addLeaf(values, node2, width, to + ((<usize>outputs) << 4));
    if (count > 3) addLeaf(values, node3, width, to + 24 * <usize>outputs);
  }
}

/** The child where a row goes on, or the leaf itself; see `tree.ts` for the words of a node. */
function step<Subsets>(nodes: usize, node: i64, row: usize, subsets: usize): i64 {
  const code = <u32>load<u8>(row + <usize>(node & 0xffff));
  const missingLeft = <u32>(node >> 16) & 1;
  const limit = <u32>(node >> 24) & 255;
  let right = <i32>(((code + missingLeft) & 255) > limit);
  if (!isBoolean<Subsets>() && node >= 0 && isSubsetSplit(<u32>node)) {
    right = 1 - <i32>inSubset(subsetOf(subsets, <u32>node), <u8>code);
  }
  const child = <i32>(node >> 32);
  const next = load<i64>(nodes + ((<usize>(max(child, 0) + right)) << 3));
  return select<i64>(node, next, child < 0);
}

/** Adds the `width` values of the leaf that a node is. */
export function addLeaf(values: usize, node: i64, width: i32, to: usize): void {
  let leaf = values + ((<usize>~(<i32>(node >> 32)) * <usize>width) << 2);
  for (let k: usize = 0; k < <usize>width; k++) {
    const at = to + (k << 3);
    store<f64>(at, load<f64>(at) + <f64>load<f32>(leaf));
    leaf += 4;
  }
}
