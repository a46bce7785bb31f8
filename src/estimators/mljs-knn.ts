import KNN from 'ml-knn';
import { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import { pollWork } from '../kernels/kernels.ts';
import { likeliestClasses } from './class-codes.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { pollOf } from './polling.ts';

const ID = 'mljs/knn';
const FORMAT = 1;

const parameters = z.strictObject({
  k: z.int().min(1).max(1000).default(5).describe('Neighbours that are asked.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * The k nearest training rows by ml-knn (Euclidean). The library gives only the winning class and no numbers; votes,
 * their shares and means are taken from its tree here. Its default k is one more than the classes: ours is 5. Its tree
 * also splits on the label that it hides in each point and so never skips a branch: every prediction looks at every
 * training row, hence the row limit.
 */
export const mljsKnn = Object.freeze<Estimator<Parameters>>({
  id: ID,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: false,
    weights: false,
    probabilities: true,
    importance: false,
    randomness: false,
    scaledInput: true,
    maxRows: 5000,
  },
  parameters,
  space: { k: [1, 3, 5, 9, 15, 25] },
  fit(x: Matrix, y: Target, { k }: Parameters, { stop }: FitOptions): Model {
    pollOf(stop)();
    return createModel({
      k,
      classCount: y.kind === 'classes' ? y.classes.length : 0,
      columns: x.names.length,
      // −0 becomes 0.
      data: x.data.map((value) => value + 0),
      labels:
        y.kind === 'classes' ? Float64Array.from(y.codes) : y.values.map((value) => value + 0),
    });
  },
  load: loadModel,
});

type Content = {
  readonly k: number;
  /** 0 = regression. */
  readonly classCount: number;
  readonly columns: number;
  /** Column-major. */
  readonly data: Float64Array;
  /** Class codes or values. */
  readonly labels: Float64Array;
};

function createModel(content: Content): Model {
  const { k, classCount, columns, data, labels } = content;
  const points = rowsOf({ rowCount: labels.length, data }, columns);
  const { kdTree } = new KNN(points, Array.from(labels), { k });
  const neighbours = (x: Matrix): readonly (readonly number[])[] => {
    if (x.names.length !== columns)
      throw new RangeError(`The model takes ${columns} columns, not ${x.names.length}.`);
    return rowsOf(x, columns).map((row) => {
      pollWork();
      return kdTree.nearest(row, k).map(([point]) => point.at(-1) as number);
    });
  };
  const common = {
    algorithm: ID,
    toBytes: () => bytesOf(content),
    toJson: () => jsonOf(content, points),
  };
  if (classCount === 0)
    return { ...common, predict: (x) => Float64Array.from(neighbours(x), mean) };
  const predictProbabilities = (x: Matrix): Float64Array => shares(neighbours(x), classCount);
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

function rowsOf(
  { rowCount, data }: Pick<Matrix, 'rowCount' | 'data'>,
  columns: number,
): readonly (readonly number[])[] {
  return Array.from({ length: rowCount }, (_, i) =>
    Array.from({ length: columns }, (_column, f) => data[f * rowCount + i] as number),
  );
}

function mean(values: readonly number[]): number {
  // Divided first: no sum of finite values may overflow.
  const sum = values.reduce((total, value) => total + value / values.length, 0);
  return Math.min(Math.max(sum, Math.min(...values)), Math.max(...values));
}

function shares(neighbours: readonly (readonly number[])[], classCount: number): Float64Array {
  const probabilities = new Float64Array(neighbours.length * classCount);
  neighbours.forEach((codes, i) => {
    const votes = new Float64Array(classCount);
    for (const code of codes) votes[code] = (votes[code] as number) + 1;
    probabilities.set(
      votes.map((count) => count / codes.length),
      i * classCount,
    );
  });
  return probabilities;
}

function bytesOf({ k, classCount, columns, data, labels }: Content): Uint8Array {
  const writer = new ModelWriter(ID, FORMAT);
  for (const count of [k, classCount, columns, labels.length]) writer.integer(count);
  writer.array(labels);
  writer.array(data);
  return writer.finish();
}

/** Throws `Failure('corrupt-object')`. */
function loadModel(bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, ID, FORMAT);
  const k = reader.integerWithin(1, 1000);
  const classCount = reader.integerWithin(0, 1 << 20);
  const columns = reader.integer();
  const rows = reader.integerWithin(1, 1 << 24);
  const labels = reader.doubles(rows);
  const isCode = (label: number): boolean =>
    Number.isInteger(label) && label >= 0 && label < classCount;
  if (classCount > 0 && !labels.every(isCode)) throw reader.corrupt('a class makes no sense');
  const data = reader.doubles(rows * columns);
  reader.finish();
  return createModel({ k, classCount, columns, data, labels });
}

function jsonOf({ k, classCount, labels }: Content, points: readonly (readonly number[])[]): Json {
  return {
    algorithm: ID,
    k,
    ...(classCount > 0 && { classCount }),
    labels: Array.from(labels),
    points,
  };
}
