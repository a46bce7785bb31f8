import { describe, expect, it } from 'vitest';
import { isFailure } from '../../src/domain/failure.ts';
import { classes, matrixOf } from '../support/tables.ts';
import { answers, type Columns, expectClose, fit } from './learners.ts';

const { columns, counts, codes, weights, fits } = answers.naiveBayes;
const y = classes(codes);

function probabilities(id: string, made: Columns, parameters = {}, weighted = false): Float64Array {
  const table = { x: matrixOf(made), y };
  const model = fit(id, { table, parameters, weights: weighted ? weights : undefined });
  return model.predictProbabilities?.(table.x) ?? new Float64Array(0);
}

describe('naive Bayes', () => {
  it.each(fits)(
    '$distribution with $parameters, weighted $weighted, is scikit-learn’s',
    (theirs) => {
      const { distribution, parameters, weighted } = theirs;
      const made = distribution === 'gaussian' ? columns : counts;
      const found = probabilities('naive_bayes', made, { distribution, ...parameters }, weighted);
      expectClose(found, theirs.probabilities.flat());
    },
  );

  it('takes nothing from a missing value, in training as in a row', () => {
    const withoutFirst = columns.slice(1);
    const allMissing = [codes.map(() => null), ...withoutFirst];
    expectClose(probabilities('naive_bayes', allMissing), [
      ...probabilities('naive_bayes', withoutFirst),
    ]);
    const model = fit('naive_bayes', { table: { x: matrixOf(columns), y } });
    expectClose(model.predictProbabilities?.(matrixOf(allMissing)) ?? [], [
      ...probabilities('naive_bayes', withoutFirst),
    ]);
  });

  it('does not lose its classes to underflow', () => {
    const far = matrixOf(columns.map((column) => column.map(() => 1e200)));
    const model = fit('naive_bayes', { table: { x: matrixOf(columns), y } });
    const found = model.predictProbabilities?.(far) ?? new Float64Array(0);
    expect(found.every((p) => p >= 0 && p <= 1)).toBe(true);
  });

  it('takes no negative count, and says what to do', () => {
    let caught: unknown;
    try {
      probabilities('naive_bayes', columns, { distribution: 'multinomial' });
    } catch (error) {
      caught = error;
    }
    expect(isFailure(caught) && caught.kind).toBe('invalid-data');
    expect(String(caught)).toMatch(/Column "x0" holds -.*; set features.handle.scale: none/);
  });
});
