import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { MAX_CUTS, nodeAt, splitWord, type TreeEnsemble } from './tree-ensemble.ts';

const TABLE_CUTS = MAX_CUTS + 1;

/** Collects trees as the kernels finish them; the kernels' own copy of a tree is written over by the next. */
export class EnsembleBuilder {
  private readonly roots: number[] = [];
  private nodes = new Int32Array(1024);
  private nodeWords = 0;
  private values = new Float32Array(512);
  private valueCount = 0;
  private readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  /** Appends the tree that stands in the kernels' memory. */
  add(kernels: Kernels, tree: Pointer): void {
    const { calls } = kernels;
    const nodes = kernels.integersAt(calls.treeNodes(tree), 2 * calls.treeNodeCount(tree));
    const values = kernels.singlesAt(
      calls.treeValues(tree),
      this.width * calls.treeLeafCount(tree),
    );
    const firstNode = this.nodeWords / 2;
    const firstLeaf = this.valueCount / this.width;
    this.roots.push(firstNode);
    this.nodes = withRoom(this.nodes, this.nodeWords + nodes.length);
    for (let i = 0; i < nodes.length; i += 2) {
      const child = nodes[i + 1] as number;
      this.nodes[this.nodeWords + i] = nodes[i] as number;
      this.nodes[this.nodeWords + i + 1] = child < 0 ? child - firstLeaf : child + firstNode;
    }
    this.values = withRoom(this.values, this.valueCount + values.length);
    this.values.set(values, this.valueCount);
    this.nodeWords += nodes.length;
    this.valueCount += values.length;
  }

  /** The ensemble with only those cuts that a node uses. */
  finish(columns: number, outputs: number, cuts: readonly Float64Array[]): TreeEnsemble {
    return keepUsedCuts({
      columns,
      outputs,
      width: this.width,
      cuts,
      roots: Int32Array.from(this.roots),
      nodes: this.nodes.slice(0, this.nodeWords),
      values: this.values.slice(0, this.valueCount),
    });
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

function keepUsedCuts(ensemble: TreeEnsemble): TreeEnsemble {
  const used = ensemble.cuts.map((cuts) => new Uint8Array(cuts.length + 1));
  const nodeCount = ensemble.nodes.length / 2;
  for (let i = 0; i < nodeCount; i++) {
    const node = nodeAt(ensemble, i);
    if (node.kind === 'split') (used[node.column] as Uint8Array)[node.cut] = 1;
  }
  const cuts = ensemble.cuts.map((list, column) =>
    list.filter((_, cut) => (used[column] as Uint8Array)[cut] === 1),
  );
  const places = used.map(ranksOf);
  const nodes = ensemble.nodes.slice();
  for (let i = 0; i < nodeCount; i++) {
    const node = nodeAt(ensemble, i);
    if (node.kind !== 'split') continue;
    const place = (places[node.column] as Uint8Array)[node.cut] as number;
    nodes[2 * i] = splitWord(node.column, node.missingLeft, place);
  }
  return { ...ensemble, cuts, nodes };
}

/** For each place: how many flags before it are set. */
function ranksOf(flags: Uint8Array): Uint8Array {
  const ranks = new Uint8Array(flags.length);
  for (let i = 1; i < flags.length; i++)
    ranks[i] = (ranks[i - 1] as number) + (flags[i - 1] as number);
  return ranks;
}

function withRoom<T extends Int32Array | Float32Array>(array: T, length: number): T {
  if (length <= array.length) return array;
  const Kind = array.constructor as new (length: number) => T;
  const grown = new Kind(Math.max(length, array.length * 2));
  grown.set(array);
  return grown;
}
