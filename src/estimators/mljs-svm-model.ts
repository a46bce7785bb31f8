import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import { pollWork } from '../kernels/kernels.ts';
import { areClassCodes, likeliestClasses, spreadClasses } from './class-codes.ts';
import type { Model } from './estimator.ts';
import { coupleProbabilities } from './mljs-svm-coupling.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';

/** A support vector machine with RBF kernel exp(−gamma·‖x − v‖²), x and v in multiples of `unit`. */
export type SvmContent = {
  /** 0 = regression. */
  readonly classCount: number;
  /** Codes of the classes that the fit saw, ascending. */
  readonly present: Int32Array;
  readonly columns: number;
  readonly unit: number;
  readonly gamma: number;
  /** Support vectors per present class; one count for a regression. */
  readonly counts: Int32Array;
  /** Row-major, class after class. */
  readonly vectors: Float64Array;
  /** (present − 1, at least 1) × vectors. */
  readonly coefficients: Float64Array;
  /** One per pair of present classes; one for a regression. */
  readonly offsets: Float64Array;
  /** Platt's slope and shift per pair. */
  readonly slopes: Float64Array;
  readonly shifts: Float64Array;
  /** value = centre + scale·decision (regression). */
  readonly centre: number;
  readonly scale: number;
};

const FORMAT = 1;
export const SVM_ID = 'mljs/svm';

export function createSvmModel(content: SvmContent): Model {
  const { classCount, present, centre, scale } = content;
  const common = {
    algorithm: SVM_ID,
    toBytes: () => bytesOf(content),
    toJson: () => jsonOf(content),
  };
  if (classCount === 0)
    return {
      ...common,
      predict: (x) =>
        Float64Array.from(
          decisions(content, x),
          ([decision]) => centre + scale * (decision as number),
        ),
    };
  const predictProbabilities = (x: Matrix): Float64Array => {
    const shares = decisions(content, x).flatMap((ofRow) => [
      ...coupleProbabilities(ofRow, content.slopes, content.shifts, present.length),
    ]);
    return spreadClasses(Float64Array.from(shares), present, classCount);
  };
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

/** Per row, one decision per pair of classes (or one): as libsvm's `svm_predict_values`. O(rows · vectors · columns). */
function decisions(content: SvmContent, x: Matrix): readonly Float64Array[] {
  if (x.names.length !== content.columns)
    throw new RangeError(`The model takes ${content.columns} columns, not ${x.names.length}.`);
  const row = new Float64Array(content.columns);
  return Array.from({ length: x.rowCount }, (_, i) => {
    pollWork();
    for (let f = 0; f < row.length; f++)
      row[f] = (x.data[f * x.rowCount + i] as number) / content.unit;
    return decide(content, kernelValues(content, row));
  });
}

function kernelValues(
  { vectors, columns, counts, gamma }: SvmContent,
  row: Float64Array,
): Float64Array {
  const values = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
  for (let v = 0; v < values.length; v++) {
    let distance = 0;
    for (let f = 0; f < columns; f++)
      distance += ((row[f] as number) - (vectors[v * columns + f] as number)) ** 2;
    values[v] = Math.exp(-gamma * distance);
  }
  return values;
}

function decide(
  { counts, coefficients, offsets, classCount }: SvmContent,
  kernel: Float64Array,
): Float64Array {
  const sumOf = (k: number, from: number, count: number): number => {
    let sum = 0;
    for (let v = from; v < from + count; v++)
      sum += (coefficients[k * kernel.length + v] as number) * (kernel[v] as number);
    return sum;
  };
  if (classCount === 0) return Float64Array.of(sumOf(0, 0, kernel.length) - (offsets[0] as number));
  const decided = new Float64Array(offsets.length);
  let pair = 0;
  let startOfA = 0;
  for (let a = 0; a < counts.length; a++) {
    const countOfA = counts[a] as number;
    let startOfB = startOfA + countOfA;
    for (let b = a + 1; b < counts.length; b++) {
      const countOfB = counts[b] as number;
      decided[pair] =
        sumOf(b - 1, startOfA, countOfA) + sumOf(a, startOfB, countOfB) - (offsets[pair] as number);
      startOfB += countOfB;
      pair++;
    }
    startOfA += countOfA;
  }
  return decided;
}

function bytesOf(content: SvmContent): Uint8Array {
  const writer = new ModelWriter(SVM_ID, FORMAT);
  const { classCount, present, columns, counts } = content;
  for (const count of [classCount, present.length, columns]) writer.integer(count);
  writer.array(present);
  writer.array(counts);
  for (const number of [content.unit, content.gamma, content.centre, content.scale])
    writer.double(number);
  const { vectors, coefficients, offsets, slopes, shifts } = content;
  for (const numbers of [offsets, slopes, shifts, coefficients, vectors]) writer.array(numbers);
  return writer.finish();
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadSvmModel(bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, SVM_ID, FORMAT);
  const classCount = reader.integerWithin(0, 1 << 20);
  const presentCount = reader.integerWithin(classCount === 0 ? 0 : 1, classCount);
  const columns = reader.integer();
  const present = reader.integers(presentCount);
  if (!areClassCodes(present, classCount)) throw reader.corrupt('the classes make no sense');
  const counts = reader.integers(Math.max(1, presentCount));
  if (!counts.every((count) => count >= 0 && count <= 1 << 24))
    throw reader.corrupt('the counts of vectors make no sense');
  const [unit, gamma, centre, scale] = [
    reader.double(),
    reader.double(),
    reader.double(),
    reader.double(),
  ];
  const vectorCount = counts.reduce((sum, count) => sum + count, 0);
  const pairs = (presentCount * (presentCount - 1)) / 2;
  const offsets = reader.doubles(classCount === 0 ? 1 : pairs);
  const slopes = reader.doubles(pairs);
  const shifts = reader.doubles(pairs);
  const coefficients = reader.doubles(Math.max(1, presentCount - 1) * vectorCount);
  const vectors = reader.doubles(vectorCount * columns);
  reader.finish();
  const numbers = { unit, gamma, centre, scale, offsets, slopes, shifts, coefficients, vectors };
  return createSvmModel({ classCount, present, columns, counts, ...numbers });
}

function jsonOf(content: SvmContent): Json {
  const { classCount, present, gamma, unit, centre, scale } = content;
  return {
    algorithm: SVM_ID,
    kernel: 'rbf',
    gamma,
    unit,
    ...(classCount > 0 ? { classCount, classes: Array.from(present) } : { centre, scale }),
    vectorsPerClass: Array.from(content.counts),
    offsets: Array.from(content.offsets),
    slopes: Array.from(content.slopes),
    shifts: Array.from(content.shifts),
    coefficients: Array.from(content.coefficients),
    vectors: Array.from(content.vectors),
  };
}
