import type { Estimator } from './estimator.ts';
import { mljsCart } from './mljs-cart.ts';
import { mljsKnn } from './mljs-knn.ts';
import { mljsLinear } from './mljs-linear.ts';
import { mljsPls } from './mljs-pls.ts';
import { mljsRandomForest } from './mljs-random-forest.ts';
import { mljsSvm } from './mljs-svm.ts';

/** The algorithms of ml.js that are sound behind our contract, the simplest first. */
export const mljsEstimators: readonly Estimator[] = Object.freeze([
  mljsLinear,
  mljsPls,
  mljsKnn,
  mljsSvm,
  mljsCart,
  mljsRandomForest,
]);
