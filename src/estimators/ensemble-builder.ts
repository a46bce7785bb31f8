import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';
import {
  columnOfWord,
  cutOfWord,
  isMissingLeft,
  isSubsetWord,
  MAX_CUTS,
  SUBSET_BYTES,
  splitWord,
  type TreeEnsemble,
} from './tree-ensemble.ts';

const TABLE_CUTS = MAX_CUTS + 1;

type GrownTree = {
  readonly nodes: Int32Array;
  readonly values: Float32Array;
  readonly covers: Int32Array;
  readonly subsets: Uint8Array;
};

/** Collects trees as the kernels finish them; the kernels' own copy of a tree is written over by the next. */
export class EnsembleBuilder {
  private readonly trees: GrownTree[] = [];
  private readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  /** Takes the tree that stands in the kernels' memory. */
  add(kernels: Kernels, tree: Pointer): void {
    const { calls } = kernels;
    const nodeWords = 2 * calls.treeNodeCount(tree);
    const leaves = calls.treeLeafCount(tree);
    const subsetBytes = SUBSET_BYTES * calls.treeSubsetCount(tree);
    this.trees.push({
      nodes: kernels.integersAt(calls.treeNodes(tree), nodeWords).slice(),
      values: kernels.singlesAt(calls.treeValues(tree), this.width * leaves).slice(),
      covers: kernels.integersAt(calls.treeCovers(tree), leaves).slice(),
      subsets: kernels.bytesAt(calls.treeSubsets(tree), subsetBytes).slice(),
    });
  }

  /** Forgets all trees but the first `count`. */
  keepFirst(count: number): void {
    this.trees.length = Math.min(this.trees.length, count);
  }

  /** The ensemble with only those cuts that a node uses. */
  finish(columns: number, outputs: number, cuts: readonly Float64Array[]): TreeEnsemble {
    const { trees, width } = this;
    const roots = new Int32Array(trees.length);
    const nodes = new Int32Array(trees.reduce((sum, tree) => sum + tree.nodes.length, 0));
    const values = new Float32Array(trees.reduce((sum, tree) => sum + tree.values.length, 0));
    const covers = new Int32Array(values.length / width);
    const subsets = Buffer.concat(trees.map((tree) => tree.subsets));
    let nodeWords = 0;
    let valueCount = 0;
    trees.forEach((tree, t) => {
      roots[t] = nodeWords / 2;
      appendNodesInto(nodes, nodeWords, tree.nodes, valueCount / width);
      values.set(tree.values, valueCount);
      covers.set(tree.covers, valueCount / width);
      nodeWords += tree.nodes.length;
      valueCount += tree.values.length;
    });
    const ensemble = { columns, outputs, width, cuts, roots, nodes, values, covers };
    return keepUsedCuts({ ...ensemble, subsets: new Uint8Array(subsets) });
  }
}

/** A tree's nodes name their children and leaves by places within the tree; here they get those in the ensemble. */
function appendNodesInto(
  nodes: Int32Array,
  start: number,
  tree: Int32Array,
  firstLeaf: number,
): void {
  const firstNode = start / 2;
  for (let i = 0; i < tree.length; i += 2) {
    const child = tree[i + 1] as number;
    nodes[start + i] = tree[i] as number;
    nodes[start + i + 1] = child < 0 ? child - firstLeaf : child + firstNode;
  }
}

/** The cuts of binned columns. */
export function cutsOfBins(kernels: Kernels, bins: Pointer, columns: number): Float64Array[] {
  const counts = kernels.integersAt(kernels.calls.binCutCounts(bins), columns);
  const table = kernels.doublesAt(kernels.calls.binCuts(bins), columns * TABLE_CUTS);
  return Array.from(counts, (count, column) =>
    table.slice(column * TABLE_CUTS, column * TABLE_CUTS + count),
  );
}

/** Places of cuts per column; a node's word has a byte for them. */
const PLACES = 256;

/** Rewrites the nodes where they are, word by word: a forest's are too many to have them twice, or as objects. */
function keepUsedCuts(ensemble: TreeEnsemble): TreeEnsemble {
  const { nodes, columns } = ensemble;
  const used = new Uint8Array(columns * PLACES);
  for (let at = 0; at < nodes.length; at += 2) {
    if ((nodes[at + 1] as number) < 0) continue;
    const word = nodes[at] as number;
    const first = columnOfWord(word) * PLACES;
    // A bin of a column that is split by levels is a level: its number has to stay.
    if (isSubsetWord(word)) used.fill(1, first, first + PLACES);
    else used[first + cutOfWord(word)] = 1;
  }
  const places = ranksOf(used);
  for (let at = 0; at < nodes.length; at += 2) {
    if ((nodes[at + 1] as number) < 0) continue;
    const word = nodes[at] as number;
    if (!isSubsetWord(word)) nodes[at] = moveCut(word, places);
  }
  const cuts = ensemble.cuts.map((list, column) =>
    list.filter((_, cut) => used[column * PLACES + cut] === 1),
  );
  return { ...ensemble, cuts };
}

function moveCut(word: number, places: Uint8Array): number {
  const column = columnOfWord(word);
  const place = places[column * PLACES + cutOfWord(word)] as number;
  return splitWord(column, isMissingLeft(word), place);
}

/** For each place: how many flags of its column before it are set. */
function ranksOf(flags: Uint8Array): Uint8Array {
  const ranks = new Uint8Array(flags.length);
  for (let i = 1; i < flags.length; i++)
    ranks[i] = i % PLACES === 0 ? 0 : (ranks[i - 1] as number) + (flags[i - 1] as number);
  return ranks;
}
