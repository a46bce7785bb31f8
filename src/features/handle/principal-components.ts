import { Failure } from '../../domain/failure.ts';
import { type Matrix, matrixColumn } from '../../frame/frame.ts';
import { mean } from '../statistics.ts';
import type { ComponentState } from './state.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** More features than this would take minutes: n³. */
const MAX_FEATURES = 500;

/**
 * The directions in which the rows differ most (PCA): as many as asked, or as few as hold the asked share of the variance.
 * Throws `Failure('limit-exceeded')` for more features than can be turned.
 */
export function fitComponents(x: Matrix, asked: number): ComponentState {
  const size = x.names.length;
  if (size > MAX_FEATURES)
    throw new Failure(
      'limit-exceeded',
      `features.handle.pca turns at most ${MAX_FEATURES} features, and there are ${size}: select columns first, or encode text with fewer of them.`,
    );
  const columns = x.names.map((_, feature) => matrixColumn(x, feature));
  const centre = columns.map((values) => mean(values));
  const { values, vectors } = symmetricEigen(covariance(columns, centre), size);
  const kept = vectors.slice(0, asked < 1 ? countHolding(values, asked) : asked);
  return { centre, vectors: kept.map((vector) => Array.from(vector)) };
}

export function componentNames({ vectors }: ComponentState): readonly string[] {
  return vectors.map((_, i) => `pca_${i + 1}`);
}

export function projected(x: Matrix, state: ComponentState): Matrix {
  const { centre, vectors } = state;
  const data = new Float64Array(x.rowCount * vectors.length);
  vectors.forEach((vector, k) => {
    const component = data.subarray(k * x.rowCount, (k + 1) * x.rowCount);
    vector.forEach((share, feature) => {
      const values = matrixColumn(x, feature);
      const middle = centre[feature] as number;
      for (let row = 0; row < x.rowCount; row++)
        component[row] = (component[row] as number) + share * ((values[row] as number) - middle);
    });
  });
  return { rowCount: x.rowCount, names: componentNames(state), data };
}

function countHolding(values: readonly number[], share: number): number {
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let sum = 0;
  const place = values.findIndex(
    (value) => (sum += Math.max(0, value)) >= share * total * (1 - 1e-12),
  );
  return Math.max(1, place + 1);
}

function covariance(columns: readonly Float64Array[], centre: readonly number[]): Float64Array {
  const size = columns.length;
  const matrix = new Float64Array(size * size);
  const centred = columns.map((values, i) => values.map((value) => value - (centre[i] as number)));
  centred.forEach((a, i) => {
    for (let j = i; j < size; j++) {
      const b = centred[j] as Float64Array;
      let sum = 0;
      for (let row = 0; row < a.length; row++) sum += (a[row] as number) * (b[row] as number);
      matrix[i * size + j] = sum / a.length;
      matrix[j * size + i] = sum / a.length;
    }
  });
  return matrix;
}
