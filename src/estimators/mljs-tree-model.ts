import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import { likeliestClasses, normaliseInPlace } from './class-codes.ts';
import type { Model } from './estimator.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';

const FORMAT = 1;
const MAX_NODES = 1 << 24;

/** Trees of ml-cart as flat arrays; a prediction is the mean of what the leaves say. */
export type MljsTrees = {
  readonly algorithm: string;
  /** 0 = regression. */
  readonly classCount: number;
  readonly columns: number;
  /** First node of each tree; its nodes follow, every child behind its parent. */
  readonly roots: Int32Array;
  /** By node: the column that is asked, −1 = a leaf. */
  readonly column: Int32Array;
  /** A value below it goes left, any other right; 0 of a leaf. */
  readonly threshold: Float64Array;
  /** The left child, or of a leaf its place in `values`. */
  readonly left: Int32Array;
  /** The right child; 0 of a leaf. */
  readonly right: Int32Array;
  /** By leaf: a share for each class, or a value. */
  readonly values: Float64Array;
};

export function createMljsTreeModel(content: MljsTrees): Model {
  const { algorithm, classCount } = content;
  const common = {
    algorithm,
    toBytes: () => bytesOf(content),
    toJson: () => jsonOf(content),
  };
  if (classCount === 0) return { ...common, predict: (x) => meanOfLeaves(content, x) };
  // Means of shares sum to 1 only nearly.
  const predictProbabilities = (x: Matrix): Float64Array =>
    normaliseInPlace(meanOfLeaves(content, x), classCount);
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

/** rows × classes, or a value per row: O(rows · trees · depth). */
function meanOfLeaves(content: MljsTrees, x: Matrix): Float64Array {
  const { columns, roots, values } = content;
  if (x.names.length !== columns)
    throw new RangeError(`The model takes ${columns} columns, not ${x.names.length}.`);
  const width = widthOf(content);
  const means = new Float64Array(x.rowCount * width);
  for (let row = 0; row < x.rowCount; row++)
    for (const root of roots) {
      const leaf = leafOf(content, root, x, row);
      for (let k = 0; k < width; k++)
        means[row * width + k] =
          (means[row * width + k] as number) + (values[leaf * width + k] as number) / roots.length;
    }
  return means;
}

function leafOf(
  { column, threshold, left, right }: MljsTrees,
  root: number,
  x: Matrix,
  row: number,
): number {
  let node = root;
  while ((column[node] as number) >= 0) {
    const value = x.data[(column[node] as number) * x.rowCount + row] as number;
    node = (value < (threshold[node] as number) ? left[node] : right[node]) as number;
  }
  return left[node] as number;
}

function widthOf({ classCount }: Pick<MljsTrees, 'classCount'>): number {
  return Math.max(1, classCount);
}

function bytesOf(content: MljsTrees): Uint8Array {
  const { algorithm, classCount, columns, roots, column, threshold, left, right, values } = content;
  const writer = new ModelWriter(algorithm, FORMAT);
  const leafCount = values.length / widthOf(content);
  for (const count of [classCount, columns, roots.length, column.length, leafCount])
    writer.integer(count);
  for (const array of [roots, column, threshold, left, right, values]) writer.array(array);
  return writer.finish();
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadMljsTreeModel(algorithm: string, bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, algorithm, FORMAT);
  const classCount = reader.integerWithin(0, 1 << 20);
  const columns = reader.integer();
  const treeCount = reader.integerWithin(1, MAX_NODES);
  const nodeCount = reader.integerWithin(treeCount, MAX_NODES);
  const leafCount = reader.integerWithin(1, nodeCount);
  const content: MljsTrees = {
    algorithm,
    classCount,
    columns,
    roots: reader.integers(treeCount),
    column: reader.integers(nodeCount),
    threshold: reader.doubles(nodeCount),
    left: reader.integers(nodeCount),
    right: reader.integers(nodeCount),
    values: reader.doubles(leafCount * widthOf({ classCount })),
  };
  reader.finish();
  if (!areTrees(content, leafCount)) throw reader.corrupt('the nodes are no trees');
  if (classCount > 0 && !areShares(content)) throw reader.corrupt('the shares make no sense');
  return createMljsTreeModel(content);
}

/** Every walk ends at a leaf: children stand behind their parents. */
function areTrees({ roots, column, left, right, columns }: MljsTrees, leafCount: number): boolean {
  const isBehind = (child: number, node: number) => child > node && child < column.length;
  return (
    roots.every((root) => root >= 0 && root < column.length) &&
    column.every((asked, node) => {
      const child = left[node] as number;
      if (asked === -1) return child >= 0 && child < leafCount;
      const isAsked = asked >= 0 && asked < columns;
      return isAsked && isBehind(child, node) && isBehind(right[node] as number, node);
    })
  );
}

function areShares({ values, classCount }: MljsTrees): boolean {
  for (let from = 0; from < values.length; from += classCount) {
    const row = values.subarray(from, from + classCount);
    const sum = row.reduce((total, share) => total + share, 0);
    if (row.some((share) => share < 0) || Math.abs(sum - 1) > 1e-9) return false;
  }
  return true;
}

function jsonOf({ algorithm, classCount, roots, ...nodes }: MljsTrees): Json {
  const width = widthOf({ classCount });
  const nodeJson = (node: number): Json => {
    const column = nodes.column[node] as number;
    const left = nodes.left[node] as number;
    if (column < 0)
      return { value: Array.from(nodes.values.subarray(left * width, (left + 1) * width)) };
    return {
      column,
      below: nodes.threshold[node] as number,
      left: nodeJson(left),
      right: nodeJson(nodes.right[node] as number),
    };
  };
  return {
    algorithm,
    ...(classCount > 0 && { classCount }),
    trees: Array.from(roots, nodeJson),
  };
}
