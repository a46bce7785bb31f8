import { expect } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Model } from '../../src/estimators/estimator.ts';
import { findEstimator } from '../../src/estimators/registry.ts';
import { oracleAnswers } from '../support/oracle-answers.ts';
import type { Table } from '../support/tables.ts';

export type Columns = readonly (readonly (number | null)[])[];
type Rows = readonly (readonly number[])[];

/** A linear function that scikit-learn found. */
type LinearAnswer = {
  readonly id: string;
  readonly parameters: JsonObject;
  readonly weighted: boolean;
  readonly coefficients: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
};

type ClassAnswers<Name extends string> = {
  readonly columns: Columns;
  readonly weights: readonly number[];
  readonly two: readonly number[];
  readonly three: readonly number[];
  readonly fits: readonly (LinearAnswer & { readonly target: Name })[];
};

/** Made by `fixtures/sklearn/make-learners.py`. */
export const answers = oracleAnswers('learners') as {
  readonly leastSquares: {
    readonly columns: Columns;
    readonly numbers: readonly number[];
    readonly weights: readonly number[];
    readonly fits: readonly LinearAnswer[];
  };
  readonly naiveBayes: {
    readonly columns: Columns;
    readonly counts: Columns;
    readonly codes: readonly number[];
    readonly weights: readonly number[];
    readonly fits: readonly {
      readonly distribution: 'gaussian' | 'multinomial';
      readonly parameters: JsonObject;
      readonly weighted: boolean;
      readonly probabilities: Rows;
    }[];
  };
  readonly knn: {
    readonly columns: Columns;
    readonly codes: readonly number[];
    readonly numbers: readonly number[];
    readonly new: Columns;
    readonly fits: readonly {
      readonly k: number;
      readonly weights: string;
      readonly probabilities: Rows;
      readonly values: readonly number[];
    }[];
  };
  readonly sparseLogistic: ClassAnswers<'two' | 'three'>;
  readonly mlp: {
    readonly train: number;
    readonly columns: Columns;
    readonly codes: readonly number[];
    readonly numbers: readonly number[];
    readonly scores: { readonly accuracy: number; readonly logLoss: number; readonly rmse: number };
  };
  readonly svm: ClassAnswers<'two' | 'three' | 'numbers'> & { readonly numbers: readonly number[] };
};

type Fit = {
  readonly table: Table;
  readonly parameters?: JsonObject;
  readonly weights?: readonly number[] | undefined;
  readonly seed?: bigint;
};

export function fit(id: string, { table, parameters = {}, weights, seed = 1n }: Fit): Model {
  const estimator = findEstimator(id);
  if (estimator === undefined) throw new RangeError(`No estimator ${id}.`);
  return estimator.fit(table.x, table.y, estimator.parameters.parse(parameters), {
    seed,
    ...(weights && { weights: Float64Array.from(weights) }),
  });
}

export type LinearJson = {
  readonly outputs: readonly { readonly intercept: number; readonly coefficients: number[] }[];
};

export function expectClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  error = 1e-6,
): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] as number) - value)).toBeLessThanOrEqual(error);
  });
}

/** Softmax intercepts are known up to a number added to all. */
export function aboutTheirMean(intercepts: readonly number[]): number[] {
  if (intercepts.length === 1) return [...intercepts];
  const mean = intercepts.reduce((sum, one) => sum + one, 0) / intercepts.length;
  return intercepts.map((one) => one - mean);
}
