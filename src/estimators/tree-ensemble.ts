import { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { type Matrix } from '../frame/frame.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { withKernels } from '../kernels/kernels.ts';
import { neverStops } from './polling.ts';

/**
 * Trees as flat arrays. Tree t adds `width` numbers to the outputs of a row from (t · width) mod `outputs` on: a forest's
 * leaf holds all outputs, a boosted one's a single number.
 */
export type TreeEnsemble = {
  readonly columns: number;
  readonly outputs: number;
  readonly width: number;
  /** Per column, ascending: the thresholds that some node uses. A value up to its threshold goes left. */
  readonly cuts: readonly Float64Array[];
  /** First node of each tree. */
  readonly roots: Int32Array;
  /** Two words per node, in level order per tree; see `kernels/assembly/tree.ts`. */
  readonly nodes: Int32Array;
  /** `width` per leaf, in the order of the leaves' nodes. */
  readonly values: Float32Array;
};

/** A node, unpacked. */
export type TreeNode =
  | { readonly kind: 'leaf'; readonly leaf: number }
  | {
      readonly kind: 'split';
      readonly column: number;
      readonly missingLeft: boolean;
      /** Index into the column's cuts; the number of cuts = every value goes left, only a missing one goes right. */
      readonly cut: number;
      readonly left: number;
    };

/** Cuts per column that a byte can address. */
export const MAX_CUTS = 254;
/** Columns that a node's word can address. */
export const MAX_COLUMNS = 65_536;
const TABLE_CUTS = MAX_CUTS + 1;

export function nodeAt({ nodes }: TreeEnsemble, index: number): TreeNode {
  const word = nodes[2 * index] as number;
  const child = nodes[2 * index + 1] as number;
  if (child < 0) return { kind: 'leaf', leaf: ~child };
  const missingLeft = ((word >>> 16) & 1) === 1;
  const cut = (word >>> 24) - (missingLeft ? 1 : 0);
  return { kind: 'split', column: word & 0xffff, missingLeft, cut, left: child };
}

/** The first word of an inner node. */
export function splitWord(column: number, missingLeft: boolean, cut: number): number {
  const bit = missingLeft ? 1 : 0;
  return column | (bit << 16) | ((cut + bit) << 24);
}

/** Throws `Failure('unsupported')` when a node's word can't name every column. */
export function refuseTooWide(x: Matrix, algorithm: string): void {
  if (x.names.length > MAX_COLUMNS)
    throw new Failure(
      'unsupported',
      `${algorithm} takes at most ${MAX_COLUMNS} columns, not ${x.names.length}; select fewer.`,
    );
}

/** rows × outputs, row-major: Σ of the leaves that each row reaches, in tree order. */
export function sumLeaves(ensemble: TreeEnsemble, x: Matrix): Float64Array {
  if (x.names.length !== ensemble.columns)
    throw new RangeError(`The model takes ${ensemble.columns} columns, not ${x.names.length}.`);
  return withKernels(neverStops, (kernels) => {
    const count = x.rowCount * ensemble.outputs;
    const out = kernels.reserveDoubles(count);
    kernels.doublesAt(out, count).fill(0);
    kernels.calls.addTrees(
      kernels.put(ensemble.nodes),
      kernels.put(ensemble.roots),
      ensemble.roots.length,
      kernels.put(ensemble.values),
      ensemble.width,
      ensemble.outputs,
      putCutTable(kernels, ensemble.cuts),
      kernels.put(Int32Array.from(ensemble.cuts, (cuts) => cuts.length)),
      kernels.put(x.data),
      x.rowCount,
      ensemble.columns,
      out,
    );
    return kernels.doublesAt(out, count).slice();
  });
}

/** Per tree: column, threshold, side of a missing value and left child (the right one follows) of each node, or its leaf. */
export function ensembleJson(ensemble: TreeEnsemble): Json {
  const nodeCount = ensemble.nodes.length / 2;
  return Array.from(ensemble.roots, (root, tree) => {
    const end = ensemble.roots[tree + 1] ?? nodeCount;
    return Array.from({ length: end - root }, (_, i) => nodeJson(ensemble, root, root + i));
  });
}

function nodeJson(ensemble: TreeEnsemble, root: number, index: number): Json {
  const node = nodeAt(ensemble, index);
  if (node.kind === 'leaf') {
    const from = node.leaf * ensemble.width;
    return { value: Array.from(ensemble.values.subarray(from, from + ensemble.width)) };
  }
  return {
    column: node.column,
    // Null: every value goes left.
    threshold: (ensemble.cuts[node.column] as Float64Array)[node.cut] ?? null,
    missing: node.missingLeft ? 'left' : 'right',
    left: node.left - root,
  };
}

function putCutTable(kernels: Kernels, cuts: readonly Float64Array[]): number {
  const table = new Float64Array(cuts.length * TABLE_CUTS).fill(Number.POSITIVE_INFINITY);
  cuts.forEach((list, column) => {
    table.set(list, column * TABLE_CUTS);
  });
  return kernels.put(table);
}
