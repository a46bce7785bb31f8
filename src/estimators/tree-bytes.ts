import type { ModelReader, ModelWriter } from './model-bytes.ts';
import { MAX_COLUMNS, MAX_CUTS, nodeAt, splitWord, type TreeEnsemble } from './tree-ensemble.ts';

/**
 * Level order makes addresses needless: the j-th inner node of a tree has its children at 2j + 1 and 2j + 2. What is
 * left is one bit per node (leaf or not) and, per inner node, a bit, a column and a cut; about 2 bytes.
 */
export function writeEnsemble(writer: ModelWriter, ensemble: TreeEnsemble): void {
  const { columns, outputs, width, cuts, roots, nodes, values } = ensemble;
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
    columnOf[split] = node.column;
    cutOf[split] = node.cut;
    split++;
  }
  for (const array of [leafBits, missingBits, columnOf, cutOf, values]) writer.array(array);
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
  const nodes = unpackNodes(reader, splitCounts, cuts, packed);
  const roots = new Int32Array(treeCount);
  for (let t = 1; t < treeCount; t++)
    roots[t] = (roots[t - 1] as number) + 2 * (splitCounts[t - 1] as number) + 1;
  return { columns, outputs, width, cuts, roots, nodes, values };
}

function readCuts(reader: ModelReader): Float64Array {
  const count = reader.byte();
  if (count > MAX_CUTS) throw reader.corrupt(`a column has ${count} cuts`);
  const cuts = reader.doubles(count);
  for (let i = 1; i < count; i++)
    if ((cuts[i] as number) <= (cuts[i - 1] as number)) throw reader.corrupt('cuts do not ascend');
  return cuts;
}

type PackedNodes = {
  readonly leafBits: Uint8Array;
  readonly missingBits: Uint8Array;
  readonly columnOf: Uint8Array | Uint16Array;
  readonly cutOf: Uint8Array;
};

function unpackNodes(
  reader: ModelReader,
  splitCounts: Int32Array,
  cuts: readonly Float64Array[],
  { leafBits, missingBits, columnOf, cutOf }: PackedNodes,
): Int32Array {
  const nodes = new Int32Array(2 * (2 * columnOf.length + splitCounts.length));
  let root = 0;
  let split = 0;
  let leaf = 0;
  for (const splits of splitCounts) {
    const firstSplit = split;
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
      nodes[2 * i] = splitWord(column, hasBit(missingBits, split), cut);
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
