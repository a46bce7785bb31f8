import { uniformDraws } from '../../estimators/uniform-draws.ts';
import { mean, variance } from '../../features/statistics.ts';
import { seedOf } from '../../frame/digest.ts';
import { type Matrix, matrixColumn } from '../../frame/frame.ts';
import type { MapArgs } from '../../spec/map.ts';
import { idsOf } from './columns.ts';
import { filledMatrix } from './filled-matrix.ts';
import { partitionFunction } from './row-function.ts';

const MAX_ROUNDS = 300;

/** One row for each row: the cluster that it is nearest to, and how far from its centre, in standardised numbers. */
export const kMeans = partitionFunction({
  output: { row: 'integer', id: 'text', cluster: 'integer', distance: 'number' },
  apply(partition, args: MapArgs<'k_means'>) {
    const x = standardised(filledMatrix(partition, args.columns));
    const uniform = uniformDraws(seedOf(args.seed, 'k_means', partition.text));
    const starts = Array.from({ length: args.starts }, () =>
      clusterRows(x, args.clusters, uniform),
    );
    const best = starts.reduce((a, b) => (b.inertia < a.inertia ? b : a));
    const ids = idsOf(partition, args.id);
    return Array.from(best.clusters, (cluster, row) => ({
      row,
      id: ids[row] ?? null,
      cluster: best.numbers[cluster] as number,
      distance: Math.sqrt(best.squares[row] as number),
    }));
  },
});

export type Clusters = {
  readonly clusters: Int32Array;
  /** Of each row from its centre. */
  readonly squares: Float64Array;
  readonly inertia: number;
  /** Cluster → its number, the largest first. */
  readonly numbers: readonly number[];
};

/** Lloyd's rounds from centres drawn by k-means++ (Arthur and Vassilvitskii 2007), until no row moves. */
export function clusterRows(x: Matrix, asked: number, uniform: () => number): Clusters {
  const rows = rowMajor(x);
  const width = x.names.length;
  const centres = drawCentres(rows, width, Math.min(asked, x.rowCount), uniform);
  const clusters = new Int32Array(x.rowCount).fill(-1);
  const squares = new Float64Array(x.rowCount);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (assignIn(rows, width, centres, { clusters, squares }) === 0) break;
    moveIn(rows, width, centres, clusters);
  }
  const sizes = new Int32Array(centres.length / width);
  for (const cluster of clusters) sizes[cluster] = (sizes[cluster] as number) + 1;
  const order = Array.from(sizes.keys()).sort(
    (a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b,
  );
  const numbers = Array.from(sizes, (_, cluster) => order.indexOf(cluster));
  return { clusters, squares, inertia: squares.reduce((sum, one) => sum + one, 0), numbers };
}

/** The first by chance, each next one with the chance of its squared distance from those before. */
function drawCentres(
  rows: Float64Array,
  width: number,
  count: number,
  uniform: () => number,
): Float64Array {
  const rowCount = rows.length / width;
  const centres = new Float64Array(count * width);
  const nearest = new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY);
  let drawn = Math.floor(uniform() * rowCount);
  for (let k = 0; k < count; k++) {
    centres.set(rows.subarray(drawn * width, (drawn + 1) * width), k * width);
    let total = 0;
    for (let row = 0; row < rowCount; row++) {
      const square = squareBetween(rows, row, centres, { place: k, width });
      nearest[row] = Math.min(nearest[row] as number, square);
      total += nearest[row] as number;
    }
    let left = uniform() * total;
    drawn = nearest.findIndex((square) => (left -= square) < 0);
    if (drawn < 0) drawn = Math.floor(uniform() * rowCount);
  }
  return centres;
}

/** How many rows have another centre now. */
function assignIn(
  rows: Float64Array,
  width: number,
  centres: Float64Array,
  { clusters, squares }: { readonly clusters: Int32Array; readonly squares: Float64Array },
): number {
  let moved = 0;
  for (let row = 0; row < clusters.length; row++) {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let k = 0; k * width < centres.length; k++) {
      const square = squareBetween(rows, row, centres, { place: k, width });
      if (square < least) [best, least] = [k, square];
    }
    if (clusters[row] !== best) moved++;
    clusters[row] = best;
    squares[row] = least;
  }
  return moved;
}

/** To the mean of its rows; a centre without rows stays. */
function moveIn(
  rows: Float64Array,
  width: number,
  centres: Float64Array,
  clusters: Int32Array,
): void {
  const sums = new Float64Array(centres.length);
  const sizes = new Int32Array(centres.length / width);
  clusters.forEach((cluster, row) => {
    sizes[cluster] = (sizes[cluster] as number) + 1;
    for (let f = 0; f < width; f++)
      sums[cluster * width + f] =
        (sums[cluster * width + f] as number) + (rows[row * width + f] as number);
  });
  sums.forEach((sum, i) => {
    const size = sizes[Math.floor(i / width)] as number;
    if (size > 0) centres[i] = sum / size;
  });
}

function squareBetween(
  rows: Float64Array,
  row: number,
  centres: Float64Array,
  { place, width }: { readonly place: number; readonly width: number },
): number {
  let sum = 0;
  for (let f = 0; f < width; f++) {
    const difference = (rows[row * width + f] as number) - (centres[place * width + f] as number);
    sum += difference * difference;
  }
  return sum;
}

function standardised(x: Matrix): Matrix {
  const data = new Float64Array(x.data.length);
  x.names.forEach((_, feature) => {
    const values = matrixColumn(x, feature);
    const [centre, spread] = [mean(values), Math.sqrt(variance(values))];
    const scaled = values.map((value) => (spread === 0 ? 0 : (value - centre) / spread));
    data.set(scaled, feature * x.rowCount);
  });
  return { ...x, data };
}

function rowMajor({ rowCount, names, data }: Matrix): Float64Array {
  return Float64Array.from(data, (_, i) => {
    const [row, feature] = [Math.floor(i / names.length), i % names.length];
    return data[feature * rowCount + row] as number;
  });
}
