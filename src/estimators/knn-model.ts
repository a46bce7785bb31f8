import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { likeliestClasses } from './class-codes.ts';
import type { Model } from './estimator.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { neverStops } from './polling.ts';
import { eachRowBlock } from './row-blocks.ts';

export const KNN = 'knn';
const FORMAT = 1;
/** Stands where a neighbour would. */
const NO_ROW = -1;

export type KnnContent = {
  /** At most the number of rows. */
  readonly k: number;
  readonly isByDistance: boolean;
  /** 0 = regression. */
  readonly classCount: number;
  readonly columns: number;
  /** The training rows, column-major: those of the table itself, since nobody writes into one. */
  readonly data: Float64Array;
  /** Their class codes or values. */
  readonly labels: Float64Array;
};

export function createKnnModel(content: KnnContent): Model {
  const { classCount } = content;
  const common = {
    algorithm: KNN,
    toBytes: () => bytesOf(content),
    toJson: () => jsonOf(content),
  };
  if (classCount === 0) return { ...common, predict: (x) => means(content, x) };
  const predictProbabilities = (x: Matrix): Float64Array => shares(content, x);
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

type Neighbours = {
  /** rows × k: labels, the nearest first; NaN where a row with a missing value is near none. */
  readonly labels: Float64Array;
  /** rows × k: how much each counts; those of a row sum to 1. */
  readonly weights: Float64Array;
};

function neighboursOf(
  { k, isByDistance, columns, data, labels }: KnnContent,
  x: Matrix,
): Neighbours {
  if (x.names.length !== columns)
    throw new RangeError(`The model takes ${columns} columns, not ${x.names.length}.`);
  return withKernels(neverStops, (kernels) => {
    const { calls } = kernels;
    const size = x.rowCount * k;
    const found = kernels.reserve(size * 4);
    kernels.integersAt(found, size).fill(NO_ROW);
    const distances = kernels.reserveDoubles(size);
    kernels.doublesAt(distances, size).fill(Number.POSITIVE_INFINITY);
    const queries = calls.packQueries(kernels.put(x.data), x.rowCount, columns);
    eachRowBlock(kernels, { data, rowCount: labels.length }, ({ at, first, rowCount }) => {
      calls.meetRows(at, rowCount, first, columns, queries, x.rowCount, k, found, distances);
    });
    const nearest = labelsOf(labels, kernels.integersAt(found, size));
    if (!isByDistance) return { labels: nearest, weights: new Float64Array(size).fill(1 / k) };
    return { labels: nearest, weights: inverses(kernels.doublesAt(distances, size), k) };
  });
}

/** In a loop: `Float64Array.from` with a function costs as much as finding some of the rows. */
function labelsOf(labels: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = labels[rows[i] as number] ?? Number.NaN;
  return taken;
}

/** 1 ÷ distance as shares of a row's sum; where a neighbour is the row itself, only such ones count. */
function inverses(squares: Float64Array, k: number): Float64Array {
  const weights = new Float64Array(squares.length);
  for (let from = 0; from < squares.length; from += k) {
    const nearest = Math.sqrt(squares[from] as number);
    let sum = 0;
    for (let i = from; i < from + k; i++) {
      const distance = Math.sqrt(squares[i] as number);
      weights[i] = distance === nearest ? 1 : nearest / distance;
      sum += weights[i] as number;
    }
    for (let i = from; i < from + k; i++) weights[i] = (weights[i] as number) / sum;
  }
  return weights;
}

function means(content: KnnContent, x: Matrix): Float64Array {
  const { labels, weights } = neighboursOf(content, x);
  const { k } = content;
  const values = new Float64Array(x.rowCount);
  for (let i = 0; i < values.length; i++) {
    let mean = 0;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let n = i * k; n < (i + 1) * k; n++) {
      const label = labels[n] as number;
      mean += (weights[n] as number) * label;
      low = Math.min(low, label);
      high = Math.max(high, label);
    }
    values[i] = Math.min(high, Math.max(low, mean));
  }
  return values;
}

function shares(content: KnnContent, x: Matrix): Float64Array {
  const { labels, weights } = neighboursOf(content, x);
  const { k, classCount } = content;
  const probabilities = new Float64Array(x.rowCount * classCount);
  // Counted, then divided: equal votes are equal shares.
  const isCounted = !content.isByDistance;
  for (let n = 0; n < labels.length; n++) {
    const place = Math.floor(n / k) * classCount + (labels[n] as number);
    const weight = isCounted ? 1 : (weights[n] as number);
    probabilities[place] = (probabilities[place] as number) + weight;
  }
  for (let row = 0; row < x.rowCount; row++)
    if (Number.isNaN(labels[row * k]))
      probabilities.fill(Number.NaN, row * classCount, (row + 1) * classCount);
  return probabilities.map((sum) => (isCounted ? sum / k : Math.min(1, sum)));
}

function bytesOf({ k, isByDistance, classCount, columns, data, labels }: KnnContent): Uint8Array {
  const writer = new ModelWriter(KNN, FORMAT);
  writer.byte(isByDistance ? 1 : 0);
  for (const count of [k, classCount, columns, labels.length]) writer.integer(count);
  writer.array(labels);
  writer.array(data);
  return writer.finish();
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadKnnModel(bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, KNN, FORMAT);
  const isByDistance = reader.byte() === 1;
  const k = reader.integerWithin(1, 1000);
  const classCount = reader.integerWithin(0, 1 << 20);
  const columns = reader.integer();
  const rows = reader.integerWithin(k, 1 << 24);
  const labels = reader.doubles(rows);
  const isCode = (label: number): boolean =>
    Number.isInteger(label) && label >= 0 && label < classCount;
  if (classCount > 0 && !labels.every(isCode)) throw reader.corrupt('a class makes no sense');
  const data = reader.doubles(rows * columns);
  reader.finish();
  return createKnnModel({ k, isByDistance, classCount, columns, data, labels });
}

function jsonOf({ k, isByDistance, classCount, columns, data, labels }: KnnContent): Json {
  return {
    algorithm: KNN,
    k,
    weights: isByDistance ? 'distance' : 'uniform',
    ...(classCount > 0 && { classCount }),
    // −0 becomes 0, as it would in text.
    labels: Array.from(labels, (label) => label + 0),
    points: Array.from(labels, (_, i) =>
      Array.from({ length: columns }, (_column, f) => (data[f * labels.length + i] as number) + 0),
    ),
  };
}
