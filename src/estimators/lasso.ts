import { z } from 'zod';
import { STRENGTHS, solveSparse, sparseParameters } from './elastic-net.ts';
import type { Estimator } from './estimator.ts';
import { fitLeastSquares } from './least-squares.ts';
import { loadLinearModel } from './linear-model.ts';

const parameters = z.strictObject(sparseParameters);
type Parameters = z.output<typeof parameters>;

/** Lasso: the elastic net with `l1_ratio` 1. Columns that help little get a coefficient of exactly 0. */
export const lasso = Object.freeze<Estimator<Parameters>>({
  id: 'lasso',
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
  space: { strength: STRENGTHS },
  fit: (x, y, plan, options) =>
    fitLeastSquares('lasso', { x, y }, options, (problem) =>
      solveSparse(problem, { ...plan, l1_ratio: 1 }),
    ),
  load: (bytes) => loadLinearModel('lasso', bytes),
});
