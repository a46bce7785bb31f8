import { z } from 'zod';
import { type Boosting, fitBoosting } from './boost.ts';
import type { Estimator } from './estimator.ts';
import { loadTreeModel } from './tree-model.ts';

const parameters = z.strictObject({
  objective: z
    .enum(['squared', 'absolute', 'quantile', 'poisson', 'tweedie'])
    .default('squared')
    .describe(
      'What is minimised about a number: poisson for counts, tweedie for amounts that are often 0. Classes have the logistic loss.',
    ),
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe('Which one `objective: quantile` predicts.'),
  tweedie_power: z
    .number()
    .gt(1)
    .lt(2)
    .default(1.5)
    .describe('Variance = mean to this power under `objective: tweedie`.'),
  rounds: z.int().min(1).max(10_000).default(100).describe('Trees per output.'),
  learning_rate: z.number().gt(0).max(1).default(0.1),
  leaves: z.int().min(2).max(4096).default(31).describe('The most leaves of a tree.'),
  min_leaf: z.int().min(1).default(20).describe('The least rows in a leaf.'),
  l2: z.number().min(0).max(1e6).default(0).describe('Penalty on the squared leaf values.'),
  max_bins: z.int().min(2).max(255).default(255).describe('Bins that a column is cut into.'),
  subsample: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Share of the rows that a round's trees see."),
  max_features: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('Share of the columns that a tree uses.'),
  early_stopping: z
    .strictObject({
      rounds: z.int().min(1).default(10).describe('Rounds without a better loss.'),
      fraction: z
        .number()
        .gt(0)
        .max(0.5)
        .default(0.1)
        .describe('Share of the training rows that the loss is measured on.'),
    })
    .nullable()
    .default(null)
    .describe(
      'Ends when the loss on training rows set aside by the seed gets no better, and keeps the best round.',
    ),
  monotone: z
    .record(z.string(), z.enum(['rising', 'falling']))
    .default({})
    .describe(
      'Columns of numbers with which the prediction may only rise or fall; of two classes, the chance of the second.',
    ),
  category_smoothing: z
    .number()
    .min(1)
    .max(1e6)
    .default(10)
    .describe('Rows that a level of text needs to be split by, and that damp its own step.'),
  category_rows: z
    .int()
    .min(1)
    .default(20)
    .describe('The least rows of a group of levels that a split tells from the others.'),
}) satisfies z.ZodType<Boosting>;

/**
 * Leaf-wise gradient boosting on histograms; levels of text are split as sets. Two classes have the logistic loss, more
 * the softmax loss.
 */
export const gradientBoosting = Object.freeze<Estimator<z.output<typeof parameters>>>({
  id: 'gradient_boosting',
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: true,
    weights: true,
    probabilities: true,
    importance: true,
    contributions: true,
    randomness: false,
    scaledInput: false,
  },
  parameters,
  space: {
    rounds: [50, 100, 200],
    learning_rate: [0.03, 0.1, 0.2],
    leaves: [7, 15, 31],
    min_leaf: [5, 20, 50],
    l2: [0, 1, 10],
  },
  numberColumns: ({ monotone }) => Object.keys(monotone),
  fit: fitBoosting,
  load: (bytes) => loadTreeModel('gradient_boosting', bytes),
});
