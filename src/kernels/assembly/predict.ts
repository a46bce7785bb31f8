// Sums of tree leaves per row: rows are binned once by the cuts that the trees use, then walk the trees as bytes.
import { allocate, mark, release } from './arena';
import { codeColumnInto } from './bins';
import { spend } from './patience';

/** Rows binned at a time: they and a tree fit the first-level caches. */
const BLOCK: i32 = 512;

/**
 * Adds the leaves of `treeCount` trees to `out` (f64, row-major, `outputs` per row): tree t adds `width` values from
 * column (t · width) mod outputs on. `cuts` holds 255 f64 per column, padded with +∞.
 */
export function addTrees(
  nodes: usize,
  roots: usize,
  treeCount: i32,
  values: usize,
  width: i32,
  outputs: i32,
  cuts: usize,
  cutCounts: usize,
  x: usize,
  rows: i32,
  columns: i32,
  out: usize,
): void {
  const scratch = mark();
  const codes = allocate(<usize>BLOCK * <usize>columns);
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const count = min(BLOCK, rows - begin);
    for (let column = 0; column < columns; column++) {
      codeColumnInto(
        x + ((<usize>column * <usize>rows + <usize>begin) << 3),
        count,
        cuts + <usize>column * 2040,
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
      addTree(nodes, root, values, width, codes, count, columns, to + (place << 3), outputs);
      place += <usize>width;
      if (place >= <usize>outputs) place = 0;
      spend((<i64>count) << 4);
    }
  }
  release(scratch);
}

function addTree(
  nodes: usize,
  root: usize,
  values: usize,
  width: i32,
  codes: usize,
  rows: i32,
  columns: i32,
  out: usize,
  outputs: i32,
): void {
  let row = codes;
  let to = out;
  for (let i = 0; i < rows; i++) {
    let leaf = values + ((<usize>findLeaf(nodes, root, row) * <usize>width) << 2);
    for (let k: usize = 0; k < <usize>width; k++) {
      const at = to + (k << 3);
      store<f64>(at, load<f64>(at) + <f64>load<f32>(leaf));
      leaf += 4;
    }
    row += <usize>columns;
    to += (<usize>outputs) << 3;
  }
}

/** The index of the leaf where a row ends; see `tree.ts` for the words of a node. */
function findLeaf(nodes: usize, root: usize, row: usize): i32 {
  let node = load<u64>(root);
  while (<i64>node >= 0) {
    const code = <u32>load<u8>(row + <usize>(node & 0xffff));
    const missingLeft = <u32>(node >> 16) & 1;
    const limit = <u32>(node >> 24) & 255;
    const right = <usize>(((code + missingLeft) & 255) > limit);
    node = load<u64>(nodes + ((<usize>(node >> 32) + right) << 3));
  }
  return ~(<i32>(node >> 32));
}
