import { oracleAnswers } from '../support/oracle-answers.ts';

/** What scikit-learn, scipy and numpy say (`fixtures/sklearn/make-features.py`). */
export type FeatureAnswers = {
  readonly columns: readonly (readonly number[])[];
  readonly levels: readonly number[];
  readonly classes: readonly number[];
  readonly response: readonly number[];
  readonly gaps: readonly (number | null)[];
  readonly anovaByClass: readonly number[];
  readonly anovaByResponse: readonly number[];
  readonly chiSquare: number;
  readonly mutualInformation: number;
  readonly lassoOrder: readonly number[];
  readonly fills: { readonly mean: number; readonly median: number; readonly mode: number };
  readonly scales: {
    readonly standard: readonly number[];
    readonly min_max: readonly number[];
    readonly robust: readonly number[];
  };
  readonly clips: {
    readonly iqr: readonly [number, number];
    readonly winsorise: readonly [number, number];
    readonly zscore: readonly [number, number];
  };
  readonly classWeights: readonly number[];
};

export const answers = oracleAnswers('features') as FeatureAnswers;
