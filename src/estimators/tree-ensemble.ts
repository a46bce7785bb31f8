import { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';

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
  /** Training rows that reached each leaf. */
  readonly covers: Int32Array;
  /** 256 bits per split of levels, in the order of their nodes: the bins that go left, 255 = missing. */
  readonly subsets: Uint8Array;
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
    }
  | {
      readonly kind: 'subset';
      readonly column: number;
      readonly missingLeft: boolean;
      /** Which of its tree's subsets names the bins that go left. */
      readonly subset: number;
      readonly left: number;
    };

/** Cuts per column that a byte can address. */
export const MAX_CUTS = 254;
/** Columns that a node's word can address. */
export const MAX_COLUMNS = 65_536;
/** Splits of levels that one tree may have. */
export const MAX_SUBSETS = 1 << 14;
export const SUBSET_BYTES = 32;
/** The bin of a missing value in a subset. */
export const MISSING_BIN = 255;
const SUBSET_FLAG = 1 << 17;

export function nodeAt({ nodes }: Pick<TreeEnsemble, 'nodes'>, index: number): TreeNode {
  const word = nodes[2 * index] as number;
  const child = nodes[2 * index + 1] as number;
  if (child < 0) return { kind: 'leaf', leaf: ~child };
  const column = columnOfWord(word);
  const missingLeft = isMissingLeft(word);
  if (isSubsetWord(word))
    return { kind: 'subset', column, missingLeft, subset: word >>> 18, left: child };
  return { kind: 'split', column, missingLeft, cut: cutOfWord(word), left: child };
}

/** What the first word of an inner node says, where a loop over many has no use for objects. */
export function columnOfWord(word: number): number {
  return word & 0xffff;
}

export function isMissingLeft(word: number): boolean {
  return ((word >>> 16) & 1) === 1;
}

export function isSubsetWord(word: number): boolean {
  return (word & SUBSET_FLAG) !== 0;
}

/** Of a word that is no subset's. */
export function cutOfWord(word: number): number {
  return (word >>> 24) - ((word >>> 16) & 1);
}

/** The first word of an inner node. */
export function splitWord(column: number, missingLeft: boolean, cut: number): number {
  const bit = missingLeft ? 1 : 0;
  return column | (bit << 16) | ((cut + bit) << 24);
}

/** The first word of a split of levels. */
export function subsetWord(column: number, missingLeft: boolean, subset: number): number {
  return column | ((missingLeft ? 1 : 0) << 16) | SUBSET_FLAG | (subset << 18);
}

/** First subset of each tree. */
export function firstSubsets(ensemble: TreeEnsemble): Int32Array {
  const { roots, nodes } = ensemble;
  let count = 0;
  return Int32Array.from(roots, (root, tree) => {
    const first = count;
    const end = roots[tree + 1] ?? nodes.length / 2;
    for (let i = root; i < end; i++) if (nodeAt(ensemble, i).kind === 'subset') count++;
    return first;
  });
}

/** Whether a subset names a bin. */
export function hasBin(subsets: Uint8Array, subset: number, bin: number): boolean {
  return (((subsets[subset * SUBSET_BYTES + (bin >> 3)] as number) >> (bin & 7)) & 1) === 1;
}

/** Throws `Failure('unsupported')` when a node's word can't name every column. */
export function refuseTooWide(x: Matrix, algorithm: string): void {
  if (x.names.length > MAX_COLUMNS)
    throw new Failure(
      'unsupported',
      `${algorithm} takes at most ${MAX_COLUMNS} columns, not ${x.names.length}; select fewer.`,
    );
}

/** Per tree: column, threshold, side of a missing value and left child (the right one follows) of each node, or its leaf. */
export function ensembleJson(ensemble: TreeEnsemble): Json {
  const nodeCount = ensemble.nodes.length / 2;
  const subsets = firstSubsets(ensemble);
  return Array.from(ensemble.roots, (root, tree) => {
    const end = ensemble.roots[tree + 1] ?? nodeCount;
    const place = { root, firstSubset: subsets[tree] as number };
    return Array.from({ length: end - root }, (_, i) => nodeJson(ensemble, place, root + i));
  });
}

function nodeJson(
  ensemble: TreeEnsemble,
  { root, firstSubset }: { readonly root: number; readonly firstSubset: number },
  index: number,
): Json {
  const node = nodeAt(ensemble, index);
  if (node.kind === 'leaf') {
    const from = node.leaf * ensemble.width;
    return {
      value: Array.from(ensemble.values.subarray(from, from + ensemble.width)),
      rows: ensemble.covers[node.leaf] as number,
    };
  }
  const cuts = ensemble.cuts[node.column] as Float64Array;
  const goesLeft =
    node.kind === 'subset'
      ? { levels: levelsOf(ensemble, firstSubset + node.subset, cuts.length + 1) }
      : // Null: every value goes left.
        { threshold: cuts[node.cut] ?? null };
  return {
    column: node.column,
    ...goesLeft,
    missing: node.missingLeft ? 'left' : 'right',
    left: node.left - root,
  };
}

/** The levels that a subset names. */
export function levelsOf(
  { subsets }: Pick<TreeEnsemble, 'subsets'>,
  subset: number,
  levelCount: number,
): number[] {
  return Array.from({ length: levelCount }, (_, level) => level).filter((level) =>
    hasBin(subsets, subset, level),
  );
}
