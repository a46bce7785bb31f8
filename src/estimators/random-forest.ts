import { createForest } from './forest.ts';

/** Breiman's random forest: the mean of CART trees on redrawn rows and a few random columns per split. */
export const randomForest = createForest({
  id: 'random_forest',
  bootstrap: true,
  drawsCuts: false,
  space: {
    max_features: ['sqrt', 0.5, 'all'],
    min_leaf: [1, 3, 5, 10],
    max_depth: [null, 8, 16],
  },
});
