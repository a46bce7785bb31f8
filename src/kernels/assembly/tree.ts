// One tree as it grows, and the order in which it leaves: level by level, so that children need no addresses in files.
import { allocate } from './arena';

/**
 * A node is two words. Inner: `column | missingLeft << 16 | limit << 24` and the index of its left child (the right one
 * follows). A row goes right when ((bin + missingLeft) & 255) > limit, where a missing value has bin 255; so limit is
 * cut + missingLeft. Leaf: 0 and ~(index of its values).
 */
@unmanaged
export class Tree {
  nodeCount: i32;
  leafCount: i32;
  /** Values per leaf. */
  width: i32;
  nodes: usize;
  /** f32, `width` per leaf: targets are centred and scaled before, so a single keeps 7 digits of the deviation. */
  values: usize;
  orderedNodes: usize;
  orderedValues: usize;
}

export function createTree(maxLeaves: i32, width: i32): Tree {
  const tree = changetype<Tree>(allocate(offsetof<Tree>()));
  tree.width = width;
  const nodeBytes = (<usize>maxLeaves) << 4;
  const valueBytes = (<usize>maxLeaves * <usize>width) << 2;
  tree.nodes = allocate(nodeBytes);
  tree.values = allocate(valueBytes);
  tree.orderedNodes = allocate(nodeBytes);
  tree.orderedValues = allocate(valueBytes);
  startTree(tree);
  return tree;
}

/** Empties the tree to a root that is neither inner nor leaf yet. */
export function startTree(tree: Tree): void {
  tree.nodeCount = 1;
  tree.leafCount = 0;
}

/** Makes `node` an inner node; answers the index of its left child. */
export function splitNode(tree: Tree, node: i32, column: i32, cut: i32, missingLeft: bool): i32 {
  const at = tree.nodes + ((<usize>node) << 3);
  const left = tree.nodeCount;
  store<u32>(
    at,
    <u32>column | ((<u32>missingLeft) << 16) | ((<u32>(cut + <i32>missingLeft)) << 24),
  );
  store<i32>(at, left, 4);
  tree.nodeCount = left + 2;
  return left;
}

/** Makes `node` a leaf; answers the address of its values, for the caller to fill. */
export function closeNode(tree: Tree, node: i32): usize {
  const at = tree.nodes + ((<usize>node) << 3);
  const leaf = tree.leafCount++;
  store<u32>(at, 0);
  store<i32>(at, ~leaf, 4);
  return tree.values + ((<usize>leaf * <usize>tree.width) << 2);
}

/** Copies nodes and leaves into level order: the j-th inner node has its children at 2j + 1 and 2j + 2. */
export function orderTree(tree: Tree): void {
  const ordered = tree.orderedNodes;
  const valueBytes = (<usize>tree.width) << 2;
  store<u64>(ordered, load<u64>(tree.nodes));
  let end = 1;
  let leaf = 0;
  for (let i = 0; i < end; i++) {
    const at = ordered + ((<usize>i) << 3);
    const child = load<i32>(at, 4);
    if (child < 0) {
      memory.copy(
        tree.orderedValues + <usize>leaf * valueBytes,
        tree.values + <usize>~child * valueBytes,
        valueBytes,
      );
      store<i32>(at, ~leaf, 4);
      leaf++;
      continue;
    }
    memory.copy(ordered + ((<usize>end) << 3), tree.nodes + ((<usize>child) << 3), 16);
    store<i32>(at, end, 4);
    end += 2;
  }
}
