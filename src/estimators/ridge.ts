import { z } from 'zod';
import { factorise, solveInto } from './cholesky.ts';
import type { Estimator } from './estimator.ts';
import { fitLeastSquares, type LeastSquares, penaltyUnit, withDiagonal } from './least-squares.ts';
import { loadLinearModel } from './linear-model.ts';

const parameters = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .max(1e12)
    .default(1)
    .describe('Penalty on the squared coefficients; 0 = ordinary least squares.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * Ridge regression: minimises Σ weight · (y − intercept − x·w)² + alpha · ‖w‖², the intercept free (scikit-learn's
 * objective). Solved by Cholesky on standardised columns; O(rows · columns²). Dependent columns get 0 where alpha is 0.
 */
export const ridge = Object.freeze<Estimator<Parameters>>({
  id: 'ridge',
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
  space: { alpha: [0.001, 0.01, 0.1, 1, 10, 100, 1000] },
  fit: (x, y, { alpha }, options) =>
    fitLeastSquares('ridge', { x, y }, options, (problem) => solve(problem, alpha)),
  load: (bytes) => loadLinearModel('ridge', bytes),
});

function solve({ products, projections, scales, poll }: LeastSquares, alpha: number) {
  const matrix = withDiagonal(products, (j) => alpha / penaltyUnit(scales[j] as number));
  const slopes = projections.slice();
  solveInto(factorise(matrix, slopes.length, poll), slopes);
  return slopes;
}
