import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { presentClasses } from './class-codes.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { linearImportance } from './importance.ts';
import { outputCount } from './linear-model.ts';
import { type MarginRows, marginProblem } from './margin-objective.ts';
import { outOfFoldDecisions } from './out-of-fold-decisions.ts';
import { pollOf } from './polling.ts';
import { fitSigmoid } from './sigmoid.ts';
import { createSvmModel, loadSvmModel, SVM, type SvmContent } from './svm-model.ts';
import { rootMeanSquare, scaleTarget } from './target-scale.ts';
import { type TrainingRows, weighedRows } from './training-rows.ts';

const parameters = z.strictObject({
  C: z
    .number()
    .gt(0)
    .max(1e9)
    .default(1)
    .describe('Trust in the data: the inverse of the penalty.'),
  epsilon: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Regression: errors up to this many standard deviations of the target cost nothing.'),
  max_iterations: z.int().min(1).max(100_000).default(500),
});
type Parameters = z.output<typeof parameters>;

/**
 * Linear support vector machines with squared loss, as scikit-learn's LinearSVC and LinearSVR but with the intercept
 * free: ½ ‖w‖² + C · Σ weight · max(0, 1 − ±score)², one class against the rest, or max(0, |y − score| − epsilon)² on
 * the target in standard deviations. Probabilities are a sigmoid of the score (Platt, 1999), fitted to the scores of rows
 * that three inner fits have not seen; several classes are divided by their sum.
 */
export const svm = Object.freeze<Estimator<Parameters>>({
  id: SVM,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: false,
    weights: true,
    probabilities: true,
    importance: true,
    randomness: false,
    scaledInput: true,
  },
  parameters,
  space: { C: [0.001, 0.01, 0.1, 1, 10, 100] },
  fit(x: Matrix, y: Target, plan: Parameters, options: FitOptions): Model {
    const content =
      y.kind === 'classes'
        ? fitClasses(weighedRows(x, y, options.weights), plan, options)
        : fitValues(weighedRows(x, y, options.weights), plan, options);
    return createSvmModel(content);
  },
  load: loadSvmModel,
});

function fitClasses(
  { x, y, weights }: TrainingRows<Target & { kind: 'classes' }>,
  { C, max_iterations }: Parameters,
  { stop }: FitOptions,
): SvmContent {
  const poll = pollOf(stop);
  const { present, places } = presentClasses(y.codes, y.classes.length);
  const columns = x.names.length;
  const outputs = outputCount(present.length);
  const found = emptyContent(outputs, columns, { classCount: y.classes.length, present });
  if (present.length === 1) return found;
  return withKernels(poll, (kernels) => {
    const rows: MarginRows = { x, weights, C, tube: 0, isOneSided: true };
    const problem = marginProblem(kernels, rows, max_iterations, poll);
    const decisionsOf = outOfFoldDecisions(problem, { x, y, weights }, poll);
    for (let k = 0; k < outputs; k++) {
      poll();
      const positive = outputs === 1 ? 1 : k;
      const isPositive = places.map((place) => Number(place === positive));
      const solution = problem.solve(isPositive.map((one) => 2 * one - 1));
      const { slopes, intercept } = problem.inOwnUnits(solution);
      found.coefficients.set(slopes, k * columns);
      found.intercepts[k] = intercept;
      const sigmoid = fitSigmoid(decisionsOf(isPositive, solution), isPositive, weights, poll);
      found.sigmoidSlopes[k] = sigmoid.slope;
      found.sigmoidShifts[k] = sigmoid.shift;
    }
    return { ...found, importance: linearImportance(found.coefficients, problem.scales) };
  });
}

function fitValues(
  { x, y, weights }: TrainingRows<Target & { kind: 'values' }>,
  { C, epsilon, max_iterations }: Parameters,
  { stop }: FitOptions,
): SvmContent {
  const poll = pollOf(stop);
  const { centre, scale, scaled } = scaleTarget(y.values, weights);
  const found = emptyContent(1, x.names.length, { classCount: 0, present: new Int32Array(0) });
  const deviation = rootMeanSquare(scaled, weights);
  if (deviation === 0) return { ...found, intercepts: Float64Array.of(centre) };
  return withKernels(poll, (kernels) => {
    poll();
    const rows: MarginRows = { x, weights, C, tube: epsilon, isOneSided: false };
    const problem = marginProblem(kernels, rows, max_iterations, poll);
    const solution = problem.solve(scaled.map((value) => value / deviation));
    const { slopes, intercept } = problem.inOwnUnits(solution);
    const unit = deviation * scale;
    const coefficients = slopes.map((slope) => slope * unit);
    return {
      ...found,
      coefficients,
      intercepts: Float64Array.of(centre + intercept * unit),
      importance: linearImportance(coefficients, problem.scales),
    };
  });
}

function emptyContent(
  outputs: number,
  columns: number,
  classes: Pick<SvmContent, 'classCount' | 'present'>,
): SvmContent {
  const ofClasses = classes.classCount === 0 ? 0 : outputs;
  return {
    ...classes,
    algorithm: SVM,
    columns,
    coefficients: new Float64Array(outputs * columns),
    intercepts: new Float64Array(outputs),
    importance: new Float64Array(columns),
    sigmoidSlopes: new Float64Array(ofClasses),
    sigmoidShifts: new Float64Array(ofClasses),
  };
}
