import { createForest } from './forest.ts';

/** Extremely randomised trees (Geurts et al., 2006): every tree on all rows, one drawn cut per column, the best of them. */
export const extraTrees = createForest({
  id: 'extra_trees',
  bootstrap: false,
  drawsCuts: true,
  space: {
    max_features: ['sqrt', 0.5, 'all'],
    min_leaf: [1, 3, 5, 10],
    max_depth: [null, 8, 16],
  },
});
