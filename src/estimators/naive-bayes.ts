import { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import { type Matrix, matrixColumn } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { presentClasses } from './class-codes.ts';
import { momentsOf } from './class-moments.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import {
  createNaiveBayes,
  loadNaiveBayes,
  NAIVE_BAYES,
  type NaiveBayesContent,
} from './naive-bayes-model.ts';
import { neverStops, pollOf } from './polling.ts';
import { weighedRows } from './training-rows.ts';

const parameters = z.strictObject({
  distribution: z
    .enum(['gaussian', 'multinomial'])
    .default('gaussian')
    .describe('Of a column within a class; `multinomial` for counts.'),
  var_smoothing: z
    .number()
    .gt(0)
    .max(1)
    .default(1e-9)
    .describe('Added to each variance: this share of the largest (gaussian).'),
  alpha: z.number().gt(0).max(1e6).default(1).describe('Added to each count (multinomial).'),
});
type Parameters = z.output<typeof parameters>;

/**
 * Naive Bayes in log space (scikit-learn's GaussianNB and MultinomialNB). A missing value takes part in nothing: neither
 * in a class's moments nor in a row's score, as independence of the columns allows.
 */
export const naiveBayes = Object.freeze<Estimator<Parameters>>({
  id: NAIVE_BAYES,
  tasks: ['classification'] as const,
  supports: {
    missing: true,
    weights: true,
    probabilities: true,
    importance: false,
    randomness: false,
    // What is added to variances is a share of the largest, so columns must be of one size.
    scaledInput: true,
  },
  parameters,
  space: { var_smoothing: [1e-9, 1e-6, 1e-4, 0.01, 0.1] },
  fit: fitNaiveBayes,
  load: loadNaiveBayes,
});

function fitNaiveBayes(x: Matrix, y: Target, plan: Parameters, options: FitOptions): Model {
  if (y.kind !== 'classes') throw new RangeError('naive_bayes predicts classes, not values.');
  if (plan.distribution === 'multinomial') checkCounts(x);
  const rows = weighedRows(x, y, options.weights);
  const { present, places } = presentClasses(rows.y.codes, y.classes.length);
  const groups = { x: rows.x, weights: rows.weights, places, classes: present.length };
  const moments = momentsOf(groups, pollOf(options.stop));
  const classWeights = new Float64Array(present.length);
  places.forEach((place, i) => {
    classWeights[place] = (classWeights[place] as number) + (rows.weights?.[i] ?? 1);
  });
  const total = classWeights.reduce((sum, weight) => sum + weight, 0);
  const content = {
    classCount: y.classes.length,
    present,
    columns: x.names.length,
    priors: logarithms(classWeights.map((weight) => weight / total)),
  };
  return createNaiveBayes(
    plan.distribution === 'gaussian'
      ? gaussian(content, moments, plan.var_smoothing)
      : multinomial(content, moments.sums, plan.alpha),
  );
}

type Common = Pick<NaiveBayesContent, 'classCount' | 'present' | 'columns' | 'priors'>;

function gaussian(
  content: Common,
  { means, deviations, spreads }: ReturnType<typeof momentsOf>,
  smoothing: number,
): NaiveBayesContent {
  const largest = spreads.reduce((most, spread) => Math.max(most, spread), 0);
  const least = Math.sqrt(smoothing) * largest;
  return {
    ...content,
    kind: 'gaussian',
    means,
    deviations: deviations.map((deviation) =>
      largest === 0 ? 1 : rootOfSquares(deviation, least),
    ),
  };
}

/** Without squaring what is too large or too small for it. */
function rootOfSquares(a: number, b: number): number {
  const largest = Math.max(a, b);
  return largest * Math.sqrt((a / largest) ** 2 + (b / largest) ** 2);
}

function multinomial(content: Common, sums: Float64Array, alpha: number): NaiveBayesContent {
  const { columns } = content;
  const shares = new Float64Array(sums.length);
  for (let from = 0; from < sums.length; from += columns) {
    const counts = sums.subarray(from, from + columns).map((count) => count + alpha);
    const total = counts.reduce((sum, count) => sum + count, 0);
    shares.set(
      counts.map((count) => count / total),
      from,
    );
  }
  return { ...content, kind: 'multinomial', logShares: logarithms(shares) };
}

function logarithms(values: Float64Array): Float64Array {
  return withKernels(neverStops, ({ calls }) => values.map((value) => calls.logarithm(value)));
}

function checkCounts(x: Matrix): void {
  for (const [f, name] of x.names.entries()) {
    const negative = matrixColumn(x, f).find((value) => value < 0);
    if (negative === undefined) continue;
    throw new Failure(
      'invalid-data',
      `Column "${name}" holds ${negative}, and naive_bayes with distribution: multinomial takes counts; set features.handle.scale: none, or distribution: gaussian.`,
    );
  }
}
