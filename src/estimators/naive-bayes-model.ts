import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import { areClassCodes, likeliestClasses, spreadClasses } from './class-codes.ts';
import type { Model } from './estimator.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { neverStops } from './polling.ts';

export const NAIVE_BAYES = 'naive_bayes';

/** What naive Bayes knows of each present class: classes × columns. */
export type NaiveBayesContent = {
  readonly classCount: number;
  /** Codes of the classes that the fit saw, ascending. */
  readonly present: Int32Array;
  readonly columns: number;
  /** ln P(class). */
  readonly priors: Float64Array;
} & (
  | {
      readonly kind: 'gaussian';
      readonly means: Float64Array;
      /** Above 0. */
      readonly deviations: Float64Array;
    }
  | {
      readonly kind: 'multinomial';
      /** ln of each column's share of a class's counts. */
      readonly logShares: Float64Array;
    }
);

const FORMAT = 1;

/** No row counts to more: its score stays finite. */
const LARGEST_COUNT = 1e15;

export function createNaiveBayes(content: NaiveBayesContent): Model {
  const predictProbabilities = (x: Matrix): Float64Array => probabilities(content, x);
  return {
    algorithm: NAIVE_BAYES,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), content.classCount),
    toBytes: () => bytesOf(content),
    toJson: () => jsonOf(content),
  };
}

function probabilities(content: NaiveBayesContent, x: Matrix): Float64Array {
  const { present, classCount, columns } = content;
  if (x.names.length !== columns)
    throw new RangeError(`The model takes ${columns} columns, not ${x.names.length}.`);
  const shares = withKernels(neverStops, (kernels) => {
    const cells = x.rowCount * present.length;
    const out = kernels.reserveDoubles(cells);
    putScores(kernels, content, x, out);
    kernels.calls.softmaxInPlace(out, x.rowCount, present.length);
    return kernels.doublesAt(out, cells).slice();
  });
  return spreadClasses(shares, present, classCount);
}

function putScores(kernels: Kernels, content: NaiveBayesContent, x: Matrix, out: Pointer): void {
  const { calls } = kernels;
  const { columns, priors } = content;
  const priorsAt = kernels.put(priors);
  if (content.kind === 'multinomial') {
    // Missing counts for nothing, and so does less than nothing.
    const counts = x.data.map((value) => (value > 0 ? Math.min(value, LARGEST_COUNT) : 0));
    const [at, shares] = [kernels.put(counts), kernels.put(content.logShares)];
    calls.linearScores(at, x.rowCount, columns, shares, priorsAt, priors.length, out);
    return;
  }
  const offsets = content.deviations.map((deviation) => -calls.logarithm(deviation));
  const by = [
    kernels.put(content.means),
    kernels.put(content.deviations),
    kernels.put(offsets),
  ] as const;
  const data = kernels.put(x.data);
  calls.gaussianScores(data, x.rowCount, columns, priors.length, priorsAt, ...by, out);
}

function bytesOf(content: NaiveBayesContent): Uint8Array {
  const writer = new ModelWriter(NAIVE_BAYES, FORMAT);
  writer.byte(content.kind === 'gaussian' ? 0 : 1);
  for (const count of [content.classCount, content.present.length, content.columns])
    writer.integer(count);
  writer.array(content.present);
  writer.array(content.priors);
  if (content.kind === 'gaussian') {
    writer.array(content.means);
    writer.array(content.deviations);
  } else writer.array(content.logShares);
  return writer.finish();
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadNaiveBayes(bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, NAIVE_BAYES, FORMAT);
  const kind = reader.byte() === 0 ? 'gaussian' : 'multinomial';
  const classCount = reader.integerWithin(1, 1 << 20);
  const presentCount = reader.integerWithin(1, classCount);
  const columns = reader.integer();
  const present = reader.integers(presentCount);
  if (!areClassCodes(present, classCount)) throw reader.corrupt('the classes make no sense');
  const known = { classCount, present, columns, priors: reader.doubles(presentCount) };
  const first = reader.doubles(presentCount * columns);
  if (kind === 'multinomial') {
    reader.finish();
    return createNaiveBayes({ ...known, kind, logShares: first });
  }
  const deviations = reader.doubles(presentCount * columns);
  if (!deviations.every((deviation) => deviation > 0))
    throw reader.corrupt('a deviation is not positive');
  reader.finish();
  return createNaiveBayes({ ...known, kind, means: first, deviations });
}

function jsonOf(content: NaiveBayesContent): Json {
  const { classCount, present, columns, priors } = content;
  const rowOf = (values: Float64Array, k: number) =>
    Array.from(values.subarray(k * columns, (k + 1) * columns));
  return {
    algorithm: NAIVE_BAYES,
    distribution: content.kind,
    classCount,
    classes: Array.from(present, (code, k) => ({
      code,
      logPrior: priors[k] as number,
      ...(content.kind === 'gaussian'
        ? { means: rowOf(content.means, k), deviations: rowOf(content.deviations, k) }
        : { logShares: rowOf(content.logShares, k) }),
    })),
  };
}
