import { describe, expect, it } from 'vitest';
import {
  componentNames,
  fitComponents,
  projected,
} from '../../../src/features/handle/principal-components.ts';
import { symmetricEigen } from '../../../src/features/handle/symmetric-eigen.ts';
import { matrixColumn } from '../../../src/frame/frame.ts';
import { seededDraws } from '../../support/draws.ts';
import { oracleAnswers } from '../../support/oracle-answers.ts';
import { matrixOf } from '../../support/tables.ts';

type Answers = {
  readonly components: {
    readonly columns: readonly (readonly number[])[];
    readonly vectors: readonly (readonly number[])[];
    readonly shares: readonly number[];
    readonly counts: { readonly [share: string]: number };
  };
};

/** Made by `fixtures/sklearn/make-unsupervised.py`. */
const { components } = oracleAnswers('unsupervised') as Answers;
const X = matrixOf(components.columns);

describe('principal components', () => {
  it('are those of scikit-learn, each pointing to its largest share', () => {
    const { vectors } = fitComponents(X, 5);
    vectors.forEach((vector, k) => {
      const theirs = components.vectors[k] as readonly number[];
      const largest = theirs.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
      vector.forEach((share, f) =>
        expect(share).toBeCloseTo(Math.sign(largest) * (theirs[f] as number), 8),
      );
    });
  });

  it('hold the variance that scikit-learn says', () => {
    const x = projected(X, fitComponents(X, 5));
    const squares = x.names.map((_, k) =>
      matrixColumn(x, k).reduce((sum, value) => sum + value * value, 0),
    );
    const total = squares.reduce((sum, one) => sum + one, 0);
    squares.forEach((one, k) =>
      expect(one / total).toBeCloseTo(components.shares[k] as number, 10),
    );
    expect(x.names).toEqual(['pca_1', 'pca_2', 'pca_3', 'pca_4', 'pca_5']);
  });

  it('are as few as hold the asked share', () => {
    for (const [share, count] of Object.entries(components.counts))
      expect(componentNames(fitComponents(X, Number(share)))).toHaveLength(count);
  });

  it('stand whatever is constant', () => {
    const state = fitComponents(
      matrixOf([
        [1, 1, 1],
        [1, 2, 4],
      ]),
      2,
    );
    expect(state.vectors).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('refuse what would take minutes', () => {
    const wide = matrixOf(Array.from({ length: 501 }, () => [1, 2]));
    expect(() => fitComponents(wide, 2)).toThrow('at most 500 features, and there are 501');
  });
});

describe('eigenvectors of a symmetric matrix', () => {
  it('are of length one, apart by right angles, and give the matrix again', () => {
    const size = 12;
    const draws = seededDraws(3);
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = i; j < size; j++)
        matrix[i * size + j] = matrix[j * size + i] = draws.normal() * 10 ** draws.integer(4);
    const { values, vectors } = symmetricEigen(matrix, size);
    const dot = (a: Float64Array, b: Float64Array) =>
      a.reduce((sum, one, i) => sum + one * (b[i] as number), 0);
    vectors.forEach((a, i) =>
      vectors.forEach((b, j) => expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12)),
    );
    const largest = Math.max(...matrix.map(Math.abs));
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const again = values.reduce(
          (sum, value, k) =>
            sum + value * (vectors[k]?.[i] as number) * (vectors[k]?.[j] as number),
          0,
        );
        expect(Math.abs(again - (matrix[i * size + j] as number)) / largest).toBeLessThan(1e-12);
      }
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
  });
});
