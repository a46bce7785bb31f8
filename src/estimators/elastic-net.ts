import { z } from 'zod';
import { type Descent, descendInto, type SparseQuadratic } from './coordinate-descent.ts';
import type { Estimator } from './estimator.ts';
import { fitLeastSquares, type LeastSquares, penaltyUnit, withDiagonal } from './least-squares.ts';
import { loadLinearModel } from './linear-model.ts';

/** The parameters of lasso, and of the elastic net beside `l1_ratio`. */
export const sparseParameters = {
  alpha: z
    .union([z.literal('auto'), z.number().gt(0).max(1e12)])
    .default('auto')
    .describe('Penalty, in units of the target; `auto` = `strength`.'),
  strength: z
    .number()
    .gt(0)
    .max(1)
    .default(0.01)
    .describe('Share of the least penalty that leaves no column; for `alpha: auto`.'),
  max_iterations: z.int().min(1).max(1_000_000).default(10_000),
};
const parameters = z.strictObject({
  ...sparseParameters,
  l1_ratio: z.number().gt(0).max(1).default(0.5).describe('1 = lasso; towards 0 = towards ridge.'),
});
type Parameters = z.output<typeof parameters>;

/** Values of `strength` that a search tries. */
export const STRENGTHS = [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

/**
 * Elastic net: minimises ½ · mean of (y − intercept − x·w)² + alpha · (l1_ratio · ‖w‖₁ + ½ (1 − l1_ratio) ‖w‖²), means
 * weighted, the intercept free (scikit-learn's objective). With `alpha: auto` the target counts in standard deviations,
 * so that its unit can't matter.
 */
export const elasticNet = Object.freeze<Estimator<Parameters>>({
  id: 'elastic_net',
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
  space: { strength: STRENGTHS, l1_ratio: [0.1, 0.5, 0.9] },
  fit: (x, y, plan, options) =>
    fitLeastSquares('elastic_net', { x, y }, options, (problem) => solveSparse(problem, plan)),
  load: (bytes) => loadLinearModel('elastic_net', bytes),
});

/** Share of the target's mean square that the objective may lie above its minimum; scikit-learn takes 1e-4. */
const TOLERANCE = 1e-14;

/** Slopes by coordinate descent over the columns' products; ends by the duality gap, as scikit-learn does. */
export function solveSparse(problem: LeastSquares, plan: Parameters): Float64Array {
  const slopes = new Float64Array(problem.scales.length);
  const { totalWeight } = problem;
  const meanSquare = problem.targetSquares / totalWeight;
  // From strength 1 on no column is worth its penalty; rounding must not let one in.
  if (meanSquare === 0 || (plan.alpha === 'auto' && plan.strength >= 1)) return slopes;
  const { l1, l2 } = penaltiesOf(problem, plan);
  const quadratic = {
    products: withDiagonal(
      problem.products.map((product) => product / totalWeight),
      (j) => l2 / penaltyUnit(problem.scales[j] as number),
    ),
    projections: problem.projections.map((projection) => projection / totalWeight),
    l1: problem.scales.map((scale) => l1 / Math.sqrt(penaltyUnit(scale))),
  };
  const isDone = (descent: Descent): boolean =>
    dualityGap(quadratic, descent, meanSquare) <= TOLERANCE * meanSquare;
  descendInto(quadratic, { maxRounds: plan.max_iterations, isDone, poll: problem.poll }, slopes);
  return slopes;
}

/** Penalties on coefficients in the columns' own units, for the scaled target. */
function penaltiesOf(
  { projections, scales, totalWeight, targetSquares, targetScale }: LeastSquares,
  { alpha, strength, l1_ratio }: Parameters,
): { readonly l1: number; readonly l2: number } {
  if (alpha !== 'auto') return { l1: (alpha / targetScale) * l1_ratio, l2: alpha * (1 - l1_ratio) };
  const strongest = projections.reduce(
    (most, projection, j) => Math.max(most, Math.abs(projection) * (scales[j] as number)),
    0,
  );
  const l1 = (strength * strongest) / totalWeight;
  const deviation = Math.sqrt(targetSquares / totalWeight);
  return { l1, l2: ((l1 / deviation) * (1 - l1_ratio)) / l1_ratio };
}

/**
 * How far the objective can lie above its minimum: the difference to the dual objective at the residual, shrunk until it
 * is feasible (Kim et al., 2007; the squared penalty counts as rows of their own).
 */
function dualityGap(
  { projections, l1 }: SparseQuadratic,
  { v, rest }: Descent,
  meanSquare: number,
): number {
  let explained = 0;
  let unexplained = meanSquare;
  let penalty = 0;
  let feasible = 1;
  for (let j = 0; j < v.length; j++) {
    const value = v[j] as number;
    const [c, r, bound] = [projections[j] as number, rest[j] as number, l1[j] as number];
    explained += c * value;
    unexplained -= (c + r) * value;
    penalty += bound * Math.abs(value);
    if (Math.abs(r) > bound) feasible = Math.min(feasible, bound / Math.abs(r));
  }
  const dual = feasible * (meanSquare - explained) - (feasible * feasible * unexplained) / 2;
  return unexplained / 2 + penalty - dual;
}
