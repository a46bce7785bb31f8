// A row's way down a tree that has just been grown, by its bins.
import { Bins, codesOf, cutCountOf } from './bins';
import { inSubset } from './rows';
import { isSubsetSplit, subsetOf, Tree } from './tree';

/** The value of the leaf that a row of the binned table reaches; the tree has one value per leaf. */
export function valueAt(tree: Tree, bins: Bins, row: usize): f32 {
  let at = tree.nodes;
  let child = load<i32>(at, 4);
  while (child >= 0) {
    const right = <usize>goesRight(tree, bins, load<u32>(at), row);
    at = tree.nodes + ((<usize>child + right) << 3);
    child = load<i32>(at, 4);
  }
  return load<f32>(tree.values + ((<usize>~child) << 2));
}

function goesRight(tree: Tree, bins: Bins, word: u32, row: usize): u32 {
  const column = <i32>(word & 0xffff);
  const code = load<u8>(codesOf(bins, column) + row);
  if (isSubsetSplit(word)) return 1 - inSubset(subsetOf(tree.subsets, word), code);
  const missingLeft = (word >> 16) & 1;
  const isMissing = <i32>code == cutCountOf(bins, column) + 1;
  return isMissing ? 1 - missingLeft : <u32>(<u32>code + missingLeft > word >> 24);
}
