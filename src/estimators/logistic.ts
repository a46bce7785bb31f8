import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { presentClasses } from './class-codes.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { linearImportance } from './importance.ts';
import { createLinearModel, loadLinearModel, outputCount } from './linear-model.ts';
import { type LogisticRows, logisticObjective } from './logistic-objective.ts';
import { minimiseInto } from './minimise.ts';
import { minimiseSparseInto } from './minimise-sparse.ts';
import { pollOf } from './polling.ts';
import { weighedRows } from './training-rows.ts';

const parameters = z.strictObject({
  C: z
    .number()
    .gt(0)
    .max(1e9)
    .default(1)
    .describe('Trust in the data: the inverse of the penalty.'),
  penalty: z.enum(['l2', 'l1', 'elastic_net']).default('l2'),
  l1_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of the penalty on absolute coefficients, for `elastic_net`.'),
  max_iterations: z.int().min(1).max(100_000).default(500),
});
type Parameters = z.output<typeof parameters>;

/**
 * Logistic regression: minimises C · Σ weight · −ln P(truth) + ½ ‖w‖², intercepts free (scikit-learn's objective); ‖w‖₁
 * in place of ½ ‖w‖² for penalty l1, both by their shares for elastic_net. One set of coefficients for two classes, one
 * per class for more.
 */
export const logistic = Object.freeze<Estimator<Parameters>>({
  id: 'logistic',
  tasks: ['classification'] as const,
  supports: {
    missing: false,
    weights: true,
    probabilities: true,
    importance: true,
    contributions: true,
    randomness: false,
    scaledInput: true,
  },
  parameters,
  space: { C: [0.01, 0.1, 1, 10, 100], penalty: ['l2', 'l1'] },
  fit: fitLogistic,
  load: (bytes) => loadLinearModel('logistic', bytes),
});

/** Expected decrease of the objective, whose curvature is at least 1: coefficients are closer than its square root. */
const TOLERANCE = 1e-12;

function fitLogistic(x: Matrix, y: Target, plan: Parameters, options: FitOptions): Model {
  if (y.kind !== 'classes') throw new RangeError('logistic predicts classes, not values.');
  const rows = weighedRows(x, y, options.weights);
  const { present, places } = presentClasses(rows.y.codes, y.classes.length);
  const columns = x.names.length;
  const outputs = outputCount(present.length);
  const content = {
    algorithm: 'logistic',
    classCount: y.classes.length,
    present,
    columns,
  };
  const still = {
    coefficients: new Float64Array(outputs * columns),
    intercepts: new Float64Array(outputs),
    importance: new Float64Array(columns),
    centres: new Float64Array(columns),
  };
  if (present.length === 1) return createLinearModel({ ...content, ...still });
  const training = { x: rows.x, target: places, weights: rows.weights, outputs };
  return createLinearModel({ ...content, ...solve(training, plan, options) });
}

function solve(rows: LogisticRows, plan: Parameters, options: FitOptions) {
  const { C, max_iterations } = plan;
  const poll = pollOf(options.stop);
  const l1Ratio = l1RatioOf(plan);
  return withKernels(poll, (kernels) => {
    const problem = logisticObjective(kernels, rows, { C, l1Ratio }, poll);
    const { start, scales, centres, inOwnUnits } = problem;
    if (l1Ratio === 0) minimiseInto(problem.objective, TOLERANCE, max_iterations, start);
    else
      minimiseSparseInto(
        problem.sparse(),
        { tolerance: TOLERANCE, maxSteps: max_iterations, poll },
        start,
      );
    const { coefficients, intercepts } = inOwnUnits(start);
    const importance = linearImportance(coefficients, scales);
    return { coefficients, intercepts, importance, centres };
  });
}

function l1RatioOf({ penalty, l1_ratio }: Parameters): number {
  switch (penalty) {
    case 'l2':
      return 0;
    case 'l1':
      return 1;
    case 'elastic_net':
      return l1_ratio;
  }
}
