// Fields of the structures above that the caller reads.
import { Bins } from './bins';
import { Boosting } from './boosting';
import { Cart } from './cart';
import { Tree } from './tree';

export function binCuts(bins: Bins): usize {
  return bins.cuts;
}

export function binCutCounts(bins: Bins): usize {
  return bins.cutCounts;
}

export function cartTree(cart: Cart): Tree {
  return cart.tree;
}

export function cartGains(cart: Cart): usize {
  return cart.gains;
}

export function boostingTree(boosting: Boosting): Tree {
  return boosting.tree;
}

export function boostingGains(boosting: Boosting): usize {
  return boosting.gains;
}

export function treeNodeCount(tree: Tree): i32 {
  return tree.nodeCount;
}

export function treeLeafCount(tree: Tree): i32 {
  return tree.leafCount;
}

export function treeNodes(tree: Tree): usize {
  return tree.orderedNodes;
}

export function treeValues(tree: Tree): usize {
  return tree.orderedValues;
}

/** u32 per leaf: the training rows that reached it. */
export function treeCovers(tree: Tree): usize {
  return tree.orderedCovers;
}

export function treeSubsetCount(tree: Tree): i32 {
  return tree.subsetCount;
}

export function treeSubsets(tree: Tree): usize {
  return tree.orderedSubsets;
}
