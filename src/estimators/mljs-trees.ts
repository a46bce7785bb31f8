import type { MljsNode } from 'ml-cart';
import type { Matrix } from '../frame/frame.ts';
import type { Model, Target } from './estimator.ts';
import { createMljsTreeModel, type MljsTrees } from './mljs-tree-model.ts';
import { scaleTarget } from './target-scale.ts';

/** A table as ml-cart takes it, and how what it says is read. */
export type MljsTable = {
  readonly rows: number[][];
  readonly labels: number[];
  readonly classCount: number;
  /** Of the columns: they were divided by it, so that no mean of two values overflows. */
  readonly scale: number;
  /** Of the values: they stand around 0 with deviation 1, since its gains are compared with fixed numbers. */
  readonly target: { readonly centre: number; readonly scale: number };
};

/** Means of values up to here are finite. */
const LARGE = 2 ** 1000;

/** Throws `RangeError` without a column. */
export function mljsTable(algorithm: string, x: Matrix, y: Target): MljsTable {
  if (x.names.length === 0)
    throw new RangeError(`${algorithm} needs a feature, and no feature is left.`);
  const scale = x.data.some((value) => Math.abs(value) > LARGE) ? 2 ** 64 : 1;
  const rows = Array.from({ length: x.rowCount }, (_, row) =>
    // −0 becomes 0.
    x.names.map((_name, column) => (x.data[column * x.rowCount + row] as number) / scale + 0),
  );
  if (y.kind === 'classes')
    return {
      rows,
      labels: Array.from(y.codes),
      classCount: y.classes.length,
      scale,
      target: { centre: 0, scale: 1 },
    };
  const { centre, scale: spread, scaled } = scaleTarget(y.values);
  const target = { centre, scale: spread };
  return { rows, labels: Array.from(scaled), classCount: 0, scale, target };
}

/** `columns`: which of the table's each of the tree's is; left out where they are the same. */
type Grown = { readonly root: MljsNode; readonly columns?: readonly number[] };

/** Flattens the trees, parents before their children. */
export function treesModelOf(
  algorithm: string,
  { rows, classCount, scale, target }: MljsTable,
  trees: readonly Grown[],
): Model {
  const roots: number[] = [];
  const nodes: { column: number; threshold: number; left: number; right: number }[] = [];
  const values: number[] = [];
  const width = Math.max(1, classCount);
  const put = (node: MljsNode, columns: Grown['columns']): number => {
    const at = nodes.push({ column: -1, threshold: 0, left: 0, right: 0 }) - 1;
    const own = nodes[at] as (typeof nodes)[number];
    if (node.left === undefined || node.right === undefined) {
      own.left = values.length / width;
      values.push(...leafValues(node, classCount, target));
      return at;
    }
    own.column = columns?.[node.splitColumn] ?? node.splitColumn;
    own.threshold = node.splitValue * scale;
    own.left = put(node.left, columns);
    own.right = put(node.right, columns);
    return at;
  };
  for (const { root, columns } of trees) roots.push(put(root, columns));
  const content: MljsTrees = {
    algorithm,
    classCount,
    columns: rows[0]?.length ?? 0,
    roots: Int32Array.from(roots),
    column: Int32Array.from(nodes, ({ column }) => column),
    threshold: Float64Array.from(nodes, ({ threshold }) => threshold),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    values: Float64Array.from(values),
  };
  return createMljsTreeModel(content);
}

/** Shares end at the last class that the leaf has. */
function leafValues(
  { distribution }: MljsNode,
  classCount: number,
  { centre, scale }: MljsTable['target'],
): readonly number[] {
  if (typeof distribution === 'number') return [centre + scale * distribution];
  const shares = distribution?.to1DArray() ?? [];
  return Array.from({ length: classCount }, (_, k) => shares[k] ?? 0);
}
