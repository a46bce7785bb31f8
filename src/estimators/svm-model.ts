import type { Matrix } from '../frame/frame.ts';
import { bothClasses, likeliestClasses, normaliseInPlace, spreadClasses } from './class-codes.ts';
import type { Model } from './estimator.ts';
import {
  type LinearContent,
  linearJson,
  linearScores,
  readLinear,
  writeLinear,
} from './linear-model.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';

export const SVM = 'svm';
const FORMAT = 1;

/** Scores as linear functions, and for classes the sigmoids that make them probabilities. */
export type SvmContent = LinearContent & {
  readonly sigmoidSlopes: Float64Array;
  readonly sigmoidShifts: Float64Array;
};

export function createSvmModel(content: SvmContent): Model {
  const { classCount, importance, sigmoidSlopes, sigmoidShifts } = content;
  const common = {
    algorithm: SVM,
    importance: () => importance.slice(),
    toBytes: () => bytesOf(content),
    toJson: () => ({
      ...linearJson(content),
      ...(classCount > 0 && {
        sigmoids: Array.from(sigmoidSlopes, (slope, k) => ({
          slope,
          shift: sigmoidShifts[k] as number,
        })),
      }),
    }),
  };
  if (classCount === 0) return { ...common, predict: (x) => linearScores(content, x) };
  const predictProbabilities = (x: Matrix): Float64Array => probabilities(content, x);
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

function probabilities(content: SvmContent, x: Matrix): Float64Array {
  const { present, classCount, intercepts, columns, sigmoidSlopes, sigmoidShifts } = content;
  const outputs = intercepts.length;
  if (present.length === 1)
    return spreadClasses(new Float64Array(x.rowCount).fill(1), present, classCount);
  // The sigmoid's argument is linear, too.
  const slopeOf = (k: number): number => sigmoidSlopes[k] as number;
  const odds = {
    ...content,
    coefficients: content.coefficients.map((value, i) => value * slopeOf(Math.floor(i / columns))),
    intercepts: intercepts.map((value, k) => value * slopeOf(k) + (sigmoidShifts[k] as number)),
  };
  const shares = linearScores(odds, x, ({ calls }, at) =>
    calls.sigmoidInPlace(at, x.rowCount * outputs),
  );
  if (outputs === 1) return spreadClasses(bothClasses(shares), present, classCount);
  return spreadClasses(normaliseInPlace(shares, outputs), present, classCount);
}

function bytesOf(content: SvmContent): Uint8Array {
  const writer = new ModelWriter(SVM, FORMAT);
  writeLinear(content, writer);
  writer.array(content.sigmoidSlopes);
  writer.array(content.sigmoidShifts);
  return writer.finish();
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadSvmModel(bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, SVM, FORMAT);
  const linear = readLinear(SVM, reader);
  const sigmoids = linear.classCount === 0 ? 0 : linear.intercepts.length;
  const sigmoidSlopes = reader.doubles(sigmoids);
  const sigmoidShifts = reader.doubles(sigmoids);
  reader.finish();
  return createSvmModel({ ...linear, sigmoidSlopes, sigmoidShifts });
}
