import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contributions } from '../../src/estimators/estimator.ts';
import { outputContributions } from '../../src/estimators/output-contributions.ts';
import { predictMatrix } from '../../src/estimators/predict-matrix.ts';
import { contributionsOf, fitted, totalOf } from '../support/contributions.ts';
import { classes, classTable, values, valueTable } from '../support/tables.ts';

const shape = { rowCount: 90, features: 4 };
const two = (codes: Int32Array) => classes(Array.from(codes, (code) => code % 2));

describe('contributions on the scale of what is predicted', () => {
  it.each(['logistic', 'gradient_boosting', 'random_forest', 'decision_tree', 'baseline'] as const)(
    'add up to the probabilities of %s, of several classes, of two, and of two that were seen of three',
    (id) => {
      const { x, y } = classTable(90, 8);
      for (const target of [y, two(y.codes)]) {
        const model = fitted(id, { x, y: target }, {});
        const given = outputContributions(contributionsOf(model, x), shape, 3);
        expect([given.scale, ...given.classes]).toEqual(['probability', 0, 1, 2]);
        const predicted = predictMatrix(model, x, 3);
        for (let row = 0; row < 90; row++)
          totalOf(given, row, 4).forEach((total, k) => {
            // A forest's leaves are singles.
            expect(total).toBeCloseTo(predicted[3 * row + k] as number, 6);
          });
      }
    },
  );

  it('add up to the numbers of a model of logarithms', () => {
    const { x, y } = valueTable(90, 3);
    const counts = values(Array.from(y.values, (value) => Math.round(value)));
    const model = fitted('gradient_boosting', { x, y: counts }, { objective: 'poisson' });
    const given = outputContributions(contributionsOf(model, x), shape, 0);
    expect(given.scale).toBe('value');
    model.predict(x).forEach((value, row) => {
      expect(totalOf(given, row, 4)[0]).toBeCloseTo(value, 9);
    });
  });

  it('are the shares of the log odds times one factor', () => {
    const given: Contributions = {
      scale: 'log_odds',
      classes: Int32Array.of(1),
      against: 0,
      expected: Float64Array.of(0.5),
      shares: Float64Array.of(1, -0.25, 2),
    };
    const p = (s: number) => 1 / (1 + Math.exp(-s));
    const factor = (p(3.25) - p(0.5)) / 2.75;
    const { expected, shares } = outputContributions(given, { rowCount: 1, features: 3 }, 2);
    [1 - p(0.5), p(0.5)].forEach((mean, k) => expect(expected[k]).toBeCloseTo(mean, 14));
    [-1, 0.25, -2, 1, -0.25, 2].forEach((share, i) =>
      expect(shares[i]).toBeCloseTo(share * factor, 13),
    );
  });

  it('add up however far the scores move', () => {
    const share = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(share, { minLength: 6, maxLength: 6 }), (shares) => {
        const given: Contributions = {
          scale: 'score',
          classes: Int32Array.of(0, 1, 2),
          expected: Float64Array.of(0.1, 0.2, -0.3),
          shares: Float64Array.from(shares),
        };
        const told = outputContributions(given, { rowCount: 1, features: 2 }, 3);
        const scores = totalOf(given, 0, 2);
        const raised = scores.map((score) => Math.exp(score - Math.max(...scores)));
        const sum = raised.reduce((a, b) => a + b, 0);
        totalOf(told, 0, 2).forEach((total, k) =>
          expect(total).toBeCloseTo((raised[k] as number) / sum, 6),
        );
      }),
    );
  });
});
