// One tree as it grows, and the order in which it leaves: level by level, so that children need no addresses in files.
import { allocate } from './arena';

/**
 * A node is two words. Inner: `column | missingLeft << 16 | limit << 24` and the index of its left child (the right one
 * follows). A row goes right when ((bin + missingLeft) & 255) > limit, where a missing value has bin 255; so limit is
 * cut + missingLeft. A split of levels: `column | missingLeft << 16 | 1 << 17 | s << 18`, where a row goes left when the
 * s-th subset of the tree names its bin. Leaf: 0 and ~(index of its values).
 */
@unmanaged
export class Tree {
  nodeCount: i32;
  leafCount: i32;
  subsetCount: i32;
  /** Values per leaf. */
  width: i32;
  nodes: usize;
  /** f32, `width` per leaf: targets are centred and scaled before, so a single keeps 7 digits of the deviation. */
  values: usize;
  /** u32 per leaf: the training rows that reached it. */
  covers: usize;
  /** 256 bits per split of levels; 0 = there will be none. */
  subsets: usize;
  orderedNodes: usize;
  orderedValues: usize;
  orderedCovers: usize;
  orderedSubsets: usize;
}

const SUBSET_BIT: u32 = 1 << 17;
export const SUBSET_BYTES: usize = 32;

export function createTree(maxLeaves: i32, width: i32, hasSubsets: bool): Tree {
  const tree = changetype<Tree>(allocate(offsetof<Tree>()));
  tree.width = width;
  const nodeBytes = (<usize>maxLeaves) << 4;
  const coverBytes = (<usize>maxLeaves) << 2;
  const valueBytes = coverBytes * <usize>width;
  const subsetBytes = <usize>maxLeaves * SUBSET_BYTES;
  tree.nodes = allocate(nodeBytes);
  tree.values = allocate(valueBytes);
  tree.covers = allocate(coverBytes);
  tree.subsets = hasSubsets ? allocate(subsetBytes) : 0;
  tree.orderedNodes = allocate(nodeBytes);
  tree.orderedValues = allocate(valueBytes);
  tree.orderedCovers = allocate(coverBytes);
  tree.orderedSubsets = hasSubsets ? allocate(subsetBytes) : 0;
  startTree(tree);
  return tree;
}

/** Empties the tree to a root that is neither inner nor leaf yet. */
export function startTree(tree: Tree): void {
  tree.nodeCount = 1;
  tree.leafCount = 0;
  tree.subsetCount = 0;
}

/** Makes `node` an inner node; answers the index of its left child. */
export function splitNode(tree: Tree, node: i32, column: i32, cut: i32, missingLeft: bool): i32 {
  const word = <u32>column | ((<u32>missingLeft) << 16) | ((<u32>(cut + <i32>missingLeft)) << 24);
  return branch(tree, node, word);
}

/** Makes `node` a split of levels; `subset` (256 bits) is copied. */
export function splitNodeBySubset(
  tree: Tree,
  node: i32,
  column: i32,
  subset: usize,
  missingLeft: bool,
): i32 {
  const place = tree.subsetCount++;
  memory.copy(tree.subsets + <usize>place * SUBSET_BYTES, subset, SUBSET_BYTES);
  const word = <u32>column | ((<u32>missingLeft) << 16) | SUBSET_BIT | ((<u32>place) << 18);
  return branch(tree, node, word);
}

function branch(tree: Tree, node: i32, word: u32): i32 {
  const at = tree.nodes + ((<usize>node) << 3);
  const left = tree.nodeCount;
  store<u32>(at, word);
  store<i32>(at, left, 4);
  tree.nodeCount = left + 2;
  return left;
}

/** Makes `node` a leaf that `rows` training rows reached; answers the address of its values, for the caller to fill. */
export function closeNode(tree: Tree, node: i32, rows: i32): usize {
  const at = tree.nodes + ((<usize>node) << 3);
  const leaf = tree.leafCount++;
  store<u32>(at, 0);
  store<i32>(at, ~leaf, 4);
  store<i32>(tree.covers + ((<usize>leaf) << 2), rows);
  return tree.values + ((<usize>leaf * <usize>tree.width) << 2);
}

/** Copies nodes, leaves and subsets into level order: the j-th inner node has its children at 2j + 1 and 2j + 2. */
export function orderTree(tree: Tree): void {
  const ordered = tree.orderedNodes;
  const valueBytes = (<usize>tree.width) << 2;
  store<u64>(ordered, load<u64>(tree.nodes));
  let end = 1;
  let leaf = 0;
  let subset = 0;
  for (let i = 0; i < end; i++) {
    const at = ordered + ((<usize>i) << 3);
    const child = load<i32>(at, 4);
    if (child < 0) {
      const from = <usize>~child;
      memory.copy(
        tree.orderedValues + <usize>leaf * valueBytes,
        tree.values + from * valueBytes,
        valueBytes,
      );
      store<u32>(tree.orderedCovers + ((<usize>leaf) << 2), load<u32>(tree.covers + (from << 2)));
      store<i32>(at, ~leaf, 4);
      leaf++;
      continue;
    }
    const word = load<u32>(at);
    if (isSubsetSplit(word)) {
      memory.copy(
        tree.orderedSubsets + <usize>subset * SUBSET_BYTES,
        subsetOf(tree.subsets, word),
        SUBSET_BYTES,
      );
      store<u32>(at, (word & 0x3ffff) | ((<u32>subset) << 18));
      subset++;
    }
    memory.copy(ordered + ((<usize>end) << 3), tree.nodes + ((<usize>child) << 3), 16);
    store<i32>(at, end, 4);
    end += 2;
  }
}

export function isSubsetSplit(word: u32): bool {
  return (word & SUBSET_BIT) != 0;
}

/** The 256 bits of a split of levels. */
export function subsetOf(subsets: usize, word: u32): usize {
  return subsets + <usize>(word >> 18) * SUBSET_BYTES;
}
