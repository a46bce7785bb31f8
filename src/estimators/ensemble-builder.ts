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

/** Where the trees that came before end in each list. */
type Ends = {
  readonly nodeWords: number;
  readonly values: number;
  readonly leaves: number;
  readonly subsetBytes: number;
};

/**
 * Collects trees as the kernels finish them; the kernels' own copy of a tree is written over by the next. All trees share
 * a few lists that double as they fill up: arrays of their own would cost more than their bytes.
 */
export class EnsembleBuilder {
  private readonly width: number;
  private nodes = new Int32Array(1024);
  private values = new Float32Array(512);
  private covers = new Int32Array(512);
  private subsets = new Uint8Array(0);
  private readonly ends: Ends[] = [];

  constructor(width: number) {
    this.width = width;
  }

  /** Takes the tree that stands in the kernels' memory. */
  add(kernels: Kernels, tree: Pointer): void {
    const { calls } = kernels;
    const start = this.end();
    const leafCount = calls.treeLeafCount(tree);
    const end = {
      nodeWords: start.nodeWords + 2 * calls.treeNodeCount(tree),
      values: start.values + this.width * leafCount,
      leaves: start.leaves + leafCount,
      subsetBytes: start.subsetBytes + SUBSET_BYTES * calls.treeSubsetCount(tree),
    };
    this.nodes = withRoomFor(end.nodeWords, this.nodes);
    this.values = withRoomFor(end.values, this.values);
    this.covers = withRoomFor(end.leaves, this.covers);
    this.subsets = withRoomFor(end.subsetBytes, this.subsets);
    const nodes = kernels.integersAt(calls.treeNodes(tree), end.nodeWords - start.nodeWords);
    copyNodesInto(this.nodes, start, nodes);
    const values = kernels.singlesAt(calls.treeValues(tree), end.values - start.values);
    this.values.set(values, start.values);
    this.covers.set(kernels.integersAt(calls.treeCovers(tree), leafCount), start.leaves);
    const subsetBytes = end.subsetBytes - start.subsetBytes;
    if (subsetBytes > 0)
      this.subsets.set(kernels.bytesAt(calls.treeSubsets(tree), subsetBytes), start.subsetBytes);
    this.ends.push(end);
  }

  /** Forgets all trees but the first `count`. */
  keepFirst(count: number): void {
    this.ends.length = Math.min(this.ends.length, count);
  }

  /** The ensemble with only those cuts that a node uses. */
  finish(columns: number, outputs: number, cuts: readonly Float64Array[]): TreeEnsemble {
    const { width, ends } = this;
    const end = this.end();
    return keepUsedCuts({
      columns,
      outputs,
      width,
      cuts,
      roots: Int32Array.from(ends.keys(), (tree) => this.end(tree).nodeWords / 2),
      nodes: this.nodes.slice(0, end.nodeWords),
      values: this.values.slice(0, end.values),
      covers: this.covers.slice(0, end.leaves),
      subsets: this.subsets.slice(0, end.subsetBytes),
    });
  }

  /** Of the first `count` trees. */
  private end(count = this.ends.length): Ends {
    return this.ends[count - 1] ?? { nodeWords: 0, values: 0, leaves: 0, subsetBytes: 0 };
  }
}

/** The list itself, or a copy at least twice as long. */
function withRoomFor<List extends Int32Array | Float32Array | Uint8Array>(
  length: number,
  list: List,
): List {
  if (length <= list.length) return list;
  const longer = new (list.constructor as new (length: number) => List)(
    Math.max(length, 2 * list.length),
  );
  longer.set(list);
  return longer;
}

/** A tree's nodes name their children and leaves by places within the tree; here they get those in the ensemble. */
function copyNodesInto(nodes: Int32Array, start: Ends, tree: Int32Array): void {
  const firstNode = start.nodeWords / 2;
  for (let i = 0; i < tree.length; i += 2) {
    const child = tree[i + 1] as number;
    nodes[start.nodeWords + i] = tree[i] as number;
    nodes[start.nodeWords + i + 1] = child < 0 ? child - start.leaves : child + firstNode;
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
