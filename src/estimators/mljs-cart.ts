import { DecisionTreeClassifier, DecisionTreeRegression } from 'ml-cart';
import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { loadMljsTreeModel } from './mljs-tree-model.ts';
import { mljsTable, treesModelOf } from './mljs-trees.ts';
import { pollOf } from './polling.ts';

const ID = 'mljs/cart';

const parameters = z.strictObject({
  max_depth: z.int().min(1).max(100).default(20).describe('Levels of splits.'),
  min_rows: z.int().min(1).default(3).describe('A node of so many rows is not split.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * One tree by ml-cart. It tries a cut wherever the label changes and copies the node for each, so that a fit takes longer
 * with the square of the rows, hence the row limit; its default stops at a gain of 0.01, in the target's unit where that is a number: here
 * nothing stops but depth and rows. Probabilities are the shares in its leaves.
 */
export const mljsCart = Object.freeze<Estimator<Parameters>>({
  id: ID,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: false,
    weights: false,
    probabilities: true,
    importance: false,
    randomness: false,
    scaledInput: false,
    maxRows: 2000,
  },
  parameters,
  space: { max_depth: [3, 5, 8, 20], min_rows: [3, 10, 30] },
  fit(x: Matrix, y: Target, { max_depth, min_rows }: Parameters, { stop }: FitOptions): Model {
    pollOf(stop)();
    const table = mljsTable(ID, x, y);
    const options = { maxDepth: max_depth, minNumSamples: min_rows, gainThreshold: 0 };
    const tree =
      y.kind === 'classes'
        ? new DecisionTreeClassifier({ ...options, gainFunction: 'gini' })
        : new DecisionTreeRegression(options);
    tree.train(table.rows, table.labels);
    return treesModelOf(ID, table, [{ root: tree.root }]);
  },
  load: (bytes) => loadMljsTreeModel(ID, bytes),
});
