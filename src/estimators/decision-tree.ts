import { z } from 'zod';
import type { Estimator } from './estimator.ts';
import { growCarts } from './grow-carts.ts';
import { loadTreeModel } from './tree-model.ts';

const parameters = z.strictObject({
  max_depth: z
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe('Levels of splits; null = until nothing is left to split.'),
  min_leaf: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'The least rows in a leaf; of weighted rows, the least weight, where the mean weight counts as ½ to 1.',
    ),
});

/** One CART tree, grown until its leaves are pure: Gini impurity or variance, on at most 255 bins per column. */
export const decisionTree = Object.freeze<Estimator<z.output<typeof parameters>>>({
  id: 'decision_tree',
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
  space: { max_depth: [3, 5, 8, null], min_leaf: [1, 5, 20] },
  fit: (x, y, { max_depth, min_leaf }, options) =>
    growCarts(
      x,
      y,
      {
        algorithm: 'decision_tree',
        trees: 1,
        columnsPerSplit: x.names.length,
        minLeaf: min_leaf,
        maxDepth: max_depth,
        bootstrap: false,
        drawsCuts: false,
      },
      options,
    ),
  load: (bytes) => loadTreeModel('decision_tree', bytes),
});
