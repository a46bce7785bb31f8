import type { ModelReader, ModelWriter } from './model-bytes.ts';
import {
  MAX_COLUMNS,
  MAX_CUTS,
  MAX_SUBSETS,
  MISSING_BIN,
  nodeAt,
  SUBSET_BYTES,
  splitWord,
  subsetWord,
  type TreeEnsemble,
} from './tree-ensemble.ts';
import { packCounts, unpackCounts } from './varint.ts';

/**
 * Level order makes addresses needless: the j-th inner node of a tree has its children at 2j + 1 and 2j + 2. What is
 * left is one bit per node (leaf or not) and, per inner node, a bit, a column and a cut; about 2 bytes. A leaf has its
 * values and, mostly in one byte, its rows; a split of levels a bit per level.
 */
export function writeEnsemble(writer: ModelWriter, ensemble: TreeEnsemble): void {
  const { columns, outputs, width, cuts, roots, nodes, values, covers } = ensemble;
  const nodeCount = nodes.length / 2;
  const splits = (nodeCount - roots.length) / 2;
  for (const count of [columns, outputs, width]) writer.integer(count);
  for (const list of cuts) {
    writer.byte(list.length);
    writer.array(list);
  }
  writer.integer(roots.length);
  writer.array(roots.map((root, t) => ((roots[t + 1] ?? nodeCount) - root - 1) / 2));
  const leafBits = new Uint8Array(Math.ceil(nodeCount / 8));
  const missingBits = new Uint8Array(Math.ceil(splits / 8));
  const subsetBits = new Uint8Array(Math.ceil(splits / 8));
  const columnOf = columns > 256 ? new Uint16Array(splits) : new Uint8Array(splits);
  const cutOf = new Uint8Array(splits);
  let split = 0;
  for (let i = 0; i < nodeCount; i++) {
    const node = nodeAt(ensemble, i);
    if (node.kind === 'leaf') {
      setBit(leafBits, i);
      continue;
    }
    if (node.missingLeft) setBit(missingBits, split);
    if (node.kind === 'subset') setBit(subsetBits, split);
    columnOf[split] = node.column;
    cutOf[split] = node.kind === 'split' ? node.cut : 0;
    split++;
  }
  for (const array of [leafBits, missingBits, columnOf, cutOf, values]) writer.array(array);
  const rows = packCounts(covers);
  writer.integer(rows.length);
  writer.array(rows);
  writeSubsets(writer, ensemble, subsetBits);
}

function writeSubsets(writer: ModelWriter, ensemble: TreeEnsemble, subsetBits: Uint8Array): void {
  const { subsets, nodes, cuts } = ensemble;
  writer.integer(subsets.length / SUBSET_BYTES);
  if (subsets.length === 0) return;
  writer.array(subsetBits);
  let subset = 0;
  for (let i = 0; i < nodes.length / 2; i++) {
    const node = nodeAt(ensemble, i);
    if (node.kind !== 'subset') continue;
    const from = subset * SUBSET_BYTES;
    writer.array(subsets.subarray(from, from + levelBytes(cuts[node.column])));
    subset++;
  }
}

/** Bytes of a bit per bin of a column, that of missing values not counted. */
function levelBytes(cuts: Float64Array | undefined): number {
  return Math.ceil(((cuts?.length ?? 0) + 1) / 8);
}

/** Throws `Failure('corrupt-object')` unless every node leads to a later one of its tree, a known column and a cut. */
export function readEnsemble(reader: ModelReader): TreeEnsemble {
  const columns = reader.integerWithin(0, MAX_COLUMNS);
  const outputs = reader.integerWithin(1, 1 << 20);
  const width = reader.integerWithin(1, outputs);
  if (width !== 1 && width !== outputs) throw reader.corrupt(`a leaf has ${width} values`);
  const cuts = Array.from({ length: columns }, () => readCuts(reader));
  const treeCount = reader.integer();
  const splitCounts = reader.integers(treeCount);
  const splits = splitCounts.reduce((sum, count) => sum + (count >>> 0), 0);
  const packed = {
    leafBits: reader.octets(Math.ceil((2 * splits + treeCount) / 8)),
    missingBits: reader.octets(Math.ceil(splits / 8)),
    columnOf: columns > 256 ? reader.words(splits) : reader.octets(splits),
    cutOf: reader.octets(splits),
  };
  const values = reader.singles((splits + treeCount) * width);
  const covers = unpackCounts(reader.octets(reader.integer()), splits + treeCount);
  if (covers?.every((rows) => rows > 0) !== true)
    throw reader.corrupt('the rows of the leaves make no sense');
  const subsetCount = reader.integerWithin(0, splits);
  const subsetBits = reader.octets(subsetCount === 0 ? 0 : Math.ceil(splits / 8));
  const nodes = unpackNodes(reader, splitCounts, cuts, { ...packed, subsetBits });
  const roots = new Int32Array(treeCount);
  for (let t = 1; t < treeCount; t++)
    roots[t] = (roots[t - 1] as number) + 2 * (splitCounts[t - 1] as number) + 1;
  const trees = { columns, outputs, width, cuts, roots, nodes, values, covers };
  return { ...trees, subsets: readSubsets(reader, trees, subsetCount) };
}

function readCuts(reader: ModelReader): Float64Array {
  const count = reader.byte();
  if (count > MAX_CUTS) throw reader.corrupt(`a column has ${count} cuts`);
  const cuts = reader.doubles(count);
  for (let i = 1; i < count; i++)
    if ((cuts[i] as number) <= (cuts[i - 1] as number)) throw reader.corrupt('cuts do not ascend');
  return cuts;
}

/** What goes left in each split of levels; a missing value where the node says so. */
function readSubsets(
  reader: ModelReader,
  trees: Pick<TreeEnsemble, 'nodes' | 'cuts'>,
  count: number,
): Uint8Array {
  const subsets = new Uint8Array(count * SUBSET_BYTES);
  let subset = 0;
  for (let i = 0; i < trees.nodes.length / 2; i++) {
    const node = nodeAt(trees, i);
    if (node.kind !== 'subset') continue;
    if (subset === count) throw reader.corrupt('a split of levels has none');
    const own = subsets.subarray(subset * SUBSET_BYTES, (subset + 1) * SUBSET_BYTES);
    own.set(reader.octets(levelBytes(trees.cuts[node.column])));
    if (node.missingLeft) setBit(own, MISSING_BIN);
    subset++;
  }
  if (subset !== count) throw reader.corrupt('levels are left over');
  return subsets;
}

type PackedNodes = {
  readonly leafBits: Uint8Array;
  readonly missingBits: Uint8Array;
  readonly columnOf: Uint8Array | Uint16Array;
  readonly cutOf: Uint8Array;
  /** Empty where no split is one of levels. */
  readonly subsetBits: Uint8Array;
};

function unpackNodes(
  reader: ModelReader,
  splitCounts: Int32Array,
  cuts: readonly Float64Array[],
  { leafBits, missingBits, columnOf, cutOf, subsetBits }: PackedNodes,
): Int32Array {
  const nodes = new Int32Array(2 * (2 * columnOf.length + splitCounts.length));
  let root = 0;
  let split = 0;
  let leaf = 0;
  for (const splits of splitCounts) {
    const firstSplit = split;
    let subset = 0;
    const end = root + 2 * splits + 1;
    for (let i = root; i < end; i++) {
      if (hasBit(leafBits, i)) {
        nodes[2 * i + 1] = ~leaf;
        leaf++;
        continue;
      }
      const left = root + 2 * (split - firstSplit) + 1;
      const column = columnOf[split] ?? cuts.length;
      const cut = cutOf[split] ?? 0;
      const isKnown = cut <= (cuts[column]?.length ?? -1);
      if (!isKnown || left <= i || left + 1 >= end) throw reader.corrupt(`node ${i} leads nowhere`);
      const missingLeft = hasBit(missingBits, split);
      const isSubset = subsetBits.length > 0 && hasBit(subsetBits, split);
      if (isSubset && subset === MAX_SUBSETS) throw reader.corrupt('a tree has too many subsets');
      nodes[2 * i] = isSubset
        ? subsetWord(column, missingLeft, subset++)
        : splitWord(column, missingLeft, cut);
      nodes[2 * i + 1] = left;
      split++;
    }
    if (split - firstSplit !== splits) throw reader.corrupt('a tree has too many leaves');
    root = end;
  }
  return nodes;
}

function setBit(bits: Uint8Array, i: number): void {
  bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
}

function hasBit(bits: Uint8Array, i: number): boolean {
  return ((bits[i >> 3] as number) & (1 << (i & 7))) !== 0;
}
