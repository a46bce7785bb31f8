import { RandomForestClassifier, RandomForestRegression } from 'ml-random-forest';
import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { loadMljsTreeModel } from './mljs-tree-model.ts';
import { mljsTable, treesModelOf } from './mljs-trees.ts';
import { pollOf } from './polling.ts';

const ID = 'mljs/random_forest';

const parameters = z.strictObject({
  trees: z.int().min(1).max(500).default(25).describe('Trees that are averaged.'),
  max_depth: z.int().min(1).max(100).default(20).describe('Levels of splits.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * Trees of ml-cart on drawn rows and drawn columns, by ml-random-forest: columns are drawn once per tree, with
 * replacement. Its own probabilities leave out the first tree; here they are the mean of the shares in the leaves. A tree is a
 * forest of its own, so that the stop flag is looked at between them. The row limit is that of `mljs/cart` for many trees.
 */
export const mljsRandomForest = Object.freeze<Estimator<Parameters>>({
  id: ID,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: false,
    weights: false,
    probabilities: true,
    importance: false,
    randomness: true,
    scaledInput: false,
    maxRows: 1000,
  },
  parameters,
  space: { trees: [10, 25, 50], max_depth: [5, 10, 20] },
  fit(x: Matrix, y: Target, { trees, max_depth }: Parameters, options: FitOptions): Model {
    const poll = pollOf(options.stop);
    const table = mljsTable(ID, x, y);
    const grown = Array.from({ length: trees }, (_, tree) => {
      poll();
      const forest = new (y.kind === 'classes' ? RandomForestClassifier : RandomForestRegression)({
        nEstimators: 1,
        seed: Number(BigInt.asIntN(32, options.seed + BigInt(tree))),
        noOOB: true,
        treeOptions: { maxDepth: max_depth, gainThreshold: 0 },
      });
      forest.train(table.rows, table.labels);
      const [estimator] = forest.estimators;
      const [columns] = forest.indexes;
      if (estimator === undefined || columns === undefined)
        throw new Error('ml-random-forest gave no tree.');
      return { root: estimator.root, columns };
    });
    return treesModelOf(ID, table, grown);
  },
  load: (bytes) => loadMljsTreeModel(ID, bytes),
});
