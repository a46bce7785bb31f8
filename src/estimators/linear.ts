import { z } from 'zod';
import { factorise, solveInto } from './cholesky.ts';
import type { Estimator } from './estimator.ts';
import { fitLeastSquares, type LeastSquares } from './least-squares.ts';
import { loadLinearModel } from './linear-model.ts';

/** Least squares has nothing to set. */
const parameters = z.strictObject({});

/** Each one more squares the error that is left. */
const CORRECTIONS = 2;

/**
 * Ordinary least squares: minimises Σ weight · (y − intercept − x·w)². Columns that depend on earlier ones get 0, where
 * scikit-learn divides between them; predictions agree.
 */
export const linear = Object.freeze<Estimator>({
  id: 'linear',
  tasks: ['regression'] as const,
  supports: {
    missing: false,
    weights: true,
    probabilities: false,
    importance: true,
    contributions: true,
    randomness: false,
    scaledInput: true,
  },
  parameters,
  space: {},
  fit: (x, y, _parameters, options) => fitLeastSquares('linear', { x, y }, options, solve),
  load: (bytes) => loadLinearModel('linear', bytes),
});

/**
 * Corrected seminormal equations (Björck, 1987): the products of columns square the condition of the problem, so what a
 * solution leaves is taken from the rows themselves and solved again: as exact as orthogonalisation, at half its cost.
 */
function solve({ products, projections, leftOver, poll }: LeastSquares): Float64Array {
  const factor = factorise(products, projections.length, poll);
  const slopes = projections.slice();
  solveInto(factor, slopes);
  for (let round = 0; round < CORRECTIONS; round++) {
    const correction = leftOver(slopes);
    solveInto(factor, correction);
    correction.forEach((change, j) => {
      slopes[j] = (slopes[j] as number) + change;
    });
  }
  return slopes;
}
