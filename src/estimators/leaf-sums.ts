import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import { neverStops } from './polling.ts';
import { eachRowBlock } from './row-blocks.ts';
import {
  columnOfWord,
  cutOfWord,
  firstSubsets,
  isMissingLeft,
  type TreeEnsemble,
} from './tree-ensemble.ts';

/** rows × outputs, row-major: Σ of the leaves that each row reaches, in tree order. */
export type LeafSums = (x: Matrix) => Float64Array;

/** Cuts of all columns in one list, each column's with +∞ behind it up to a power of two. */
type CutTable = {
  readonly cuts: Float64Array;
  /** Per column: where its cuts begin, and how many they are. */
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** First subset of each tree, where there are any. */
  readonly firstSubsets: Int32Array;
};

/**
 * Few rows walk the trees where these lie: to copy a forest into the kernels' memory costs more than that. Either way
 * compares the same numbers and adds up the same leaves in the same order.
 */
export function leafSumsOf(ensemble: TreeEnsemble): LeafSums {
  // Made with the first answer: most models that are opened are never asked.
  let made: CutTable | undefined;
  return (x) => {
    if (x.names.length !== ensemble.columns)
      throw new RangeError(`The model takes ${ensemble.columns} columns, not ${x.names.length}.`);
    made ??= cutTableOf(ensemble);
    return areFew(x.rowCount, ensemble)
      ? sumHere(ensemble, made, x)
      : sumInKernels(ensemble, made, x);
  };
}

/** Bytes that are copied in the time that a step down a tree takes here beyond what it takes in the kernels; measured. */
const BYTES_PER_STEP = 320;
/** Bytes that are copied in the time that it takes to begin in the kernels. */
const BYTES_OF_CALL = 64 * 1024;

function areFew(
  rowCount: number,
  { nodes, values, roots, subsets, columns }: TreeEnsemble,
): boolean {
  // All rows are one there, and the kernels would look for the first column of each.
  if (columns === 0) return true;
  if (subsets.length > 0 || roots.length === 0) return false;
  const depth = 2 + Math.log2(nodes.length / roots.length);
  const steps = rowCount * roots.length * depth;
  return steps * BYTES_PER_STEP < nodes.byteLength + values.byteLength + BYTES_OF_CALL;
}

function sumHere(ensemble: TreeEnsemble, table: CutTable, x: Matrix): Float64Array {
  const { roots, values, width, outputs } = ensemble;
  const leafOf = walkerOf(ensemble, table, x);
  const sums = new Float64Array(x.rowCount * outputs);
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree] as number;
    const place = (tree * width) % outputs;
    for (let row = 0; row < x.rowCount; row++) {
      const from = width * leafOf(root, row);
      const to = row * outputs + place;
      for (let k = 0; k < width; k++)
        sums[to + k] = (sums[to + k] as number) + (values[from + k] as number);
    }
  }
  return sums;
}

/** The number of the leaf that a row reaches from a root. */
function walkerOf(
  { nodes }: TreeEnsemble,
  { cuts, starts }: CutTable,
  { data, rowCount }: Matrix,
): (root: number, row: number) => number {
  return (root, row) => {
    let at = 2 * root;
    let child = nodes[at + 1] as number;
    while (child >= 0) {
      const word = nodes[at] as number;
      const column = columnOfWord(word);
      const value = data[column * rowCount + row] as number;
      const cut = cuts[(starts[column] as number) + cutOfWord(word)] as number;
      // A missing value is above no cut, and equals nothing.
      const goesRight = value > cut || (value !== value && !isMissingLeft(word));
      at = 2 * (goesRight ? child + 1 : child);
      child = nodes[at + 1] as number;
    }
    return ~child;
  };
}

function sumInKernels(ensemble: TreeEnsemble, table: CutTable, x: Matrix): Float64Array {
  return withKernels(neverStops, (kernels) => {
    const count = x.rowCount * ensemble.outputs;
    const out = kernels.reserveDoubles(count);
    kernels.doublesAt(out, count).fill(0);
    const isLone = ensemble.roots.length === 1 && ensemble.subsets.length === 0;
    if (isLone) addLoneTree(kernels, ensemble, table, x, out);
    else addTrees(kernels, ensemble, table, x, out);
    return kernels.doublesAt(out, count).slice();
  });
}

function addLoneTree(
  kernels: Kernels,
  ensemble: TreeEnsemble,
  { cuts, starts }: CutTable,
  x: Matrix,
  out: Pointer,
): void {
  const { calls } = kernels;
  const { width } = ensemble;
  const nodes = kernels.put(ensemble.nodes);
  const values = kernels.put(ensemble.values);
  const cutsAt = [kernels.put(cuts), kernels.put(starts)] as const;
  const laidOut = calls.layOutTree(nodes, ensemble.nodes.length / 2, ...cutsAt);
  eachRowBlock(kernels, x, ({ at, first, rowCount }) => {
    calls.addLoneTree(nodes, laidOut, values, width, at, rowCount, out + first * width * 8);
  });
}

function addTrees(
  kernels: Kernels,
  { nodes, roots, values, width, outputs, subsets, columns }: TreeEnsemble,
  { cuts, starts, counts, firstSubsets: firsts }: CutTable,
  x: Matrix,
  out: Pointer,
): void {
  kernels.calls.addTrees(
    kernels.put(nodes),
    nodes.length / 2,
    kernels.put(roots),
    roots.length,
    kernels.put(values),
    width,
    outputs,
    kernels.put(cuts),
    kernels.put(starts),
    kernels.put(counts),
    kernels.put(x.data),
    x.rowCount,
    columns,
    subsets.length === 0 ? 0 : kernels.put(subsets),
    subsets.length === 0 ? 0 : kernels.put(firsts),
    out,
  );
}

function cutTableOf(ensemble: TreeEnsemble): CutTable {
  const counts = Int32Array.from(ensemble.cuts, (cuts) => cuts.length);
  const starts = new Int32Array(counts.length);
  let end = 0;
  counts.forEach((count, column) => {
    starts[column] = end;
    end += 2 ** (32 - Math.clz32(count));
  });
  const cuts = new Float64Array(end).fill(Number.POSITIVE_INFINITY);
  ensemble.cuts.forEach((list, column) => {
    cuts.set(list, starts[column] as number);
  });
  const hasSubsets = ensemble.subsets.length > 0;
  return {
    cuts,
    starts,
    counts,
    firstSubsets: hasSubsets ? firstSubsets(ensemble) : new Int32Array(0),
  };
}
