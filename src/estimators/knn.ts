import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { createKnnModel, KNN, loadKnnModel } from './knn-model.ts';
import { pollOf } from './polling.ts';

const parameters = z.strictObject({
  k: z.int().min(1).max(1000).default(5).describe('Neighbours that are asked.'),
  weights: z
    .enum(['uniform', 'distance'])
    .default('uniform')
    .describe('`distance`: a neighbour counts by the inverse of its distance.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * The k nearest training rows (Euclidean), the earlier first where two are as near. A fit keeps the rows; each prediction
 * looks at all of them, hence the row limit.
 */
export const knn = Object.freeze<Estimator<Parameters>>({
  id: KNN,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: false,
    weights: false,
    probabilities: true,
    importance: false,
    randomness: false,
    scaledInput: true,
    maxRows: 100_000,
  },
  parameters,
  space: { k: [1, 3, 5, 9, 15, 25], weights: ['uniform', 'distance'] },
  fit(x: Matrix, y: Target, { k, weights }: Parameters, { stop }: FitOptions): Model {
    pollOf(stop)();
    return createKnnModel({
      k: Math.min(k, x.rowCount),
      isByDistance: weights === 'distance',
      classCount: y.kind === 'classes' ? y.classes.length : 0,
      columns: x.names.length,
      data: x.data,
      labels: y.kind === 'classes' ? new Float64Array(y.codes) : y.values,
    });
  },
  load: loadKnnModel,
});
