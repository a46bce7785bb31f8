import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/estimators/estimator.ts';
import { classes, matrixOf, values } from '../support/tables.ts';
import { answers, expectClose, fit } from './learners.ts';

const { columns, codes, numbers, fits, ...theirs } = answers.knn;
const x = matrixOf(columns);
const unseen = matrixOf(theirs.new);

describe('nearest neighbours', () => {
  it.each(fits)(
    '$k of them with weights $weights are scikit-learn’s',
    ({ k, weights, ...expected }) => {
      const parameters = { k, weights };
      const ofClasses = fit('knn', { table: { x, y: classes(codes) }, parameters });
      const ofValues = fit('knn', { table: { x, y: values(numbers) }, parameters });
      const probabilities = ofClasses.predictProbabilities?.(unseen) ?? [];
      expectClose(probabilities, expected.probabilities.flat(), 1e-12);
      expectClose(ofValues.predict(unseen), expected.values, 1e-12);
    },
  );

  it('are the earlier rows where two are as near', () => {
    const y = values([1, 2, 3, 4, 5, 6]);
    const table = { x: matrixOf([[1, -1, 1, -1, 1, -1]]), y };
    const model = fit('knn', { table, parameters: { k: 3 } });
    expect([...model.predict(matrixOf([[0, 1, -1]]))]).toEqual([2, 3, 4]);
  });

  it('are none of a row with a missing value, whatever was looked for before', () => {
    const columns = [[0, 1, 2, 3]];
    for (const weights of ['uniform', 'distance']) {
      const parameters = { k: 2, weights };
      const of = (y: Target) => fit('knn', { table: { x: matrixOf(columns), y }, parameters });
      const [ofClasses, ofValues] = [of(classes([0, 0, 1, 1])), of(values([1, 2, 3, 4]))];
      const [asked, before] = [matrixOf([[0, Number.NaN]]), matrixOf([[3, 3]])];
      ofValues.predict(before);
      const nearest = weights === 'uniform' ? 1.5 : 1;
      expect([...ofValues.predict(asked)]).toEqual([nearest, Number.NaN]);
      const shares = [...(ofClasses.predictProbabilities?.(asked) ?? [])];
      expect(shares).toEqual([1, 0, 0, Number.NaN, Number.NaN, Number.NaN]);
    }
  });

  it('are found however far they are', () => {
    const table = { x: matrixOf([[1e200, 2e200, 3e200]]), y: values([1, 2, 3]) };
    for (const weights of ['uniform', 'distance']) {
      const model = fit('knn', { table, parameters: { k: 2, weights } });
      expect([...model.predict(matrixOf([[-1e200]]))]).toEqual([1.5]);
    }
  });
});
