import { z } from 'zod';
import type { Estimator, Target } from './estimator.ts';
import { growCarts } from './grow-carts.ts';
import { loadTreeModel } from './tree-model.ts';

const parameters = z.strictObject({
  trees: z.int().min(1).max(10_000).default(100),
  max_features: z
    .union([z.enum(['auto', 'sqrt', 'all']), z.number().gt(0).max(1)])
    .default('auto')
    .describe(
      'Columns tried per split: a share of them, √columns or all; auto = sqrt for classes, all for numbers.',
    ),
  min_leaf: z
    .union([z.literal('auto'), z.int().min(1)])
    .default('auto')
    .describe('The least rows in a leaf, counted by weight; auto = 1 for classes, 5 for numbers.'),
  max_depth: z
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe('Levels of splits; null = until nothing is left to split.'),
  bootstrap: z
    .boolean()
    .default(true)
    .describe('Each tree sees its own draw of the rows, with replacement.'),
});
type Parameters = z.output<typeof parameters>;

/** Breiman's random forest: the mean of CART trees on redrawn rows and a few random columns per split. */
export const randomForest = Object.freeze<Estimator<Parameters>>({
  id: 'random_forest',
  version: 1,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: true,
    weights: true,
    probabilities: true,
    importance: true,
    randomness: true,
    scaledInput: false,
  },
  parameters,
  space: {
    max_features: ['sqrt', 0.5, 'all'],
    min_leaf: [1, 3, 5, 10],
    max_depth: [null, 8, 16],
  },
  fit: (x, y, { trees, max_features, min_leaf, max_depth, bootstrap }, options) =>
    growCarts(
      x,
      y,
      {
        algorithm: 'random_forest',
        trees,
        columnsPerSplit: columnsPerSplit(max_features, x.names.length, y),
        minLeaf: min_leaf === 'auto' ? (y.kind === 'classes' ? 1 : 5) : min_leaf,
        maxDepth: max_depth,
        bootstrap,
      },
      options,
    ),
  load: (bytes) => loadTreeModel('random_forest', bytes),
});

function columnsPerSplit(choice: Parameters['max_features'], columns: number, y: Target): number {
  if (typeof choice === 'number') return Math.max(1, Math.floor(choice * columns));
  const all = choice === 'all' || (choice === 'auto' && y.kind === 'values');
  return all ? columns : Math.max(1, Math.floor(Math.sqrt(columns)));
}
