import { Failure } from '../domain/failure.ts';
import { areFinite, type Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import type { Model } from './estimator.ts';
import { pollOf } from './polling.ts';

/**
 * Probabilities (rows × classes, row-major) or values; a classifier without probabilities says 1 for its class.
 * `classCount` 0 = regression. Throws `Failure('invalid-data')` when a prediction is no finite number, `FitStopped` when
 * the flag of the training that asks is set: before it begins, or while the kernels are at it.
 */
export function predictMatrix(
  model: Model,
  x: Matrix,
  classCount: number,
  stop?: Int32Array,
): Float64Array {
  const poll = pollOf(stop);
  poll();
  const output = withKernels(poll, () =>
    classCount > 0 && model.predictProbabilities !== undefined
      ? model.predictProbabilities(x)
      : certainties(model.predict(x), classCount),
  );
  if (!areFinite(output))
    throw new Failure('invalid-data', `${model.algorithm} gave a prediction that is no number.`);
  return output;
}

function certainties(predicted: Float64Array, classCount: number): Float64Array {
  if (classCount === 0) return predicted;
  const output = new Float64Array(predicted.length * classCount);
  predicted.forEach((code, row) => {
    output[row * classCount + code] = 1;
  });
  return output;
}
