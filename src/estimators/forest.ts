import { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Estimator, Target } from './estimator.ts';
import { growCarts } from './grow-carts.ts';
import { loadTreeModel } from './tree-model.ts';

/** What one kind of forest is. */
export type ForestKind = {
  readonly id: string;
  /** Whether each tree sees its own draw of the rows unless the user says otherwise. */
  readonly bootstrap: boolean;
  /** One drawn cut per column instead of the best one. */
  readonly drawsCuts: boolean;
  readonly space: { readonly [parameter: string]: readonly Json[] };
};

/** The mean of many CART trees that see a few random columns per split: what the forests have in common. */
export function createForest({ id, bootstrap, drawsCuts, space }: ForestKind) {
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
      .describe(
        'The least rows in a leaf; of weighted rows, the least weight, where the mean weight counts as ½ to 1. auto = 1 for classes, 5 for numbers.',
      ),
    max_depth: z
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe('Levels of splits; null = until nothing is left to split.'),
    bootstrap: z
      .boolean()
      .default(bootstrap)
      .describe('Each tree sees its own draw of the rows, with replacement.'),
  });
  return Object.freeze<Estimator<z.output<typeof parameters>>>({
    id,
    tasks: ['classification', 'regression'] as const,
    supports: {
      missing: true,
      weights: true,
      probabilities: true,
      importance: true,
      contributions: true,
      randomness: true,
      scaledInput: false,
    },
    parameters,
    space,
    fit: (x, y, asked, options) =>
      growCarts(
        x,
        y,
        {
          algorithm: id,
          trees: asked.trees,
          columnsPerSplit: columnsPerSplit(asked.max_features, x.names.length, y),
          minLeaf: asked.min_leaf === 'auto' ? (y.kind === 'classes' ? 1 : 5) : asked.min_leaf,
          maxDepth: asked.max_depth,
          bootstrap: asked.bootstrap,
          drawsCuts,
        },
        options,
      ),
    load: (bytes) => loadTreeModel(id, bytes),
  });
}

function columnsPerSplit(choice: 'auto' | 'sqrt' | 'all' | number, columns: number, y: Target) {
  if (typeof choice === 'number') return Math.max(1, Math.floor(choice * columns));
  const all = choice === 'all' || (choice === 'auto' && y.kind === 'values');
  return all ? columns : Math.max(1, Math.floor(Math.sqrt(columns)));
}
