import { expect, it } from 'vitest';
import { leafSumsOf } from '../../src/estimators/leaf-sums.ts';
import { splitWord, type TreeEnsemble } from '../../src/estimators/tree-ensemble.ts';
import { type Matrix, takeMatrixRows } from '../../src/frame/frame.ts';
import { limitKernelMemory } from '../../src/kernels/kernels.ts';
import { seededRandom } from '../support/tables.ts';

const COLUMNS = 3;
const CUTS = 200;
const DEPTH = 11;

/** Full trees: so many nodes that few rows are not worth a copy of them. */
function randomTrees(count: number, width: number, outputs: number): TreeEnsemble {
  const random = seededRandom(count);
  const below = (limit: number): number => Math.floor(random() * limit);
  const leaves = 2 ** DEPTH;
  const inner = leaves - 1;
  const size = inner + leaves;
  const nodes = new Int32Array(2 * count * size);
  for (let tree = 0; tree < count; tree++)
    for (let node = 0; node < size; node++) {
      const at = 2 * (tree * size + node);
      const isLeaf = node >= inner;
      // As many cuts as there are: all values go left, only missing ones may go right.
      nodes[at] = isLeaf ? 0 : splitWord(below(COLUMNS), random() < 0.5, below(CUTS + 1));
      nodes[at + 1] = isLeaf ? ~(tree * leaves + node - inner) : tree * size + 2 * node + 1;
    }
  return {
    columns: COLUMNS,
    outputs,
    width,
    cuts: Array.from({ length: COLUMNS }, () => Float64Array.from({ length: CUTS }, (_, i) => i)),
    roots: Int32Array.from({ length: count }, (_, tree) => tree * size),
    nodes,
    values: Float32Array.from({ length: count * leaves * width }, random),
    covers: new Int32Array(count * leaves),
    subsets: new Uint8Array(0),
  };
}

/** Values on cuts, between them, beyond them and missing. */
function randomRows(rowCount: number): Matrix {
  const random = seededRandom(rowCount);
  const data = Float64Array.from({ length: rowCount * COLUMNS }, () =>
    random() < 0.1 ? Number.NaN : Math.round(random() * 2 * (CUTS + 4)) / 2 - 2,
  );
  return { rowCount, names: ['a', 'b', 'c'], data };
}

it.each([
  ['a lone tree', 1, 2, 2],
  ['trees that add to all outputs', 7, 2, 2],
  ['trees that add to one output each', 7, 1, 3],
] as const)(
  'few rows come to the same sums as many, bit for bit, by %s',
  (_, count, width, outputs) => {
    const sums = leafSumsOf(randomTrees(count, width, outputs));
    const x = randomRows(3001);
    const whole = sums(x);
    for (let row = 0; row < x.rowCount; row += 5) {
      const rows = Int32Array.of(row, (row * 7) % x.rowCount, x.rowCount - 1);
      const expected = Array.from(rows).flatMap((one) => [
        ...whole.subarray(one * outputs, (one + 1) * outputs),
      ]);
      expect([...sums(takeMatrixRows(x, rows))]).toEqual(expected);
    }
  },
);

it('many rows without a column come to the one leaf that there is', () => {
  const rowCount = 200_000;
  const sums = leafSumsOf({
    columns: 0,
    outputs: 1,
    width: 1,
    cuts: [],
    roots: Int32Array.of(0),
    nodes: Int32Array.of(0, ~0),
    values: Float32Array.of(0.25),
    covers: Int32Array.of(rowCount),
    subsets: new Uint8Array(0),
  });
  // In memory that no other test has made larger: what is read beyond its end is told.
  limitKernelMemory(64);
  const found = sums({ rowCount, names: [], data: new Float64Array(0) });
  limitKernelMemory(Number.POSITIVE_INFINITY);
  expect([found.length, found.every((sum) => sum === 0.25)]).toEqual([rowCount, true]);
});
