import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import { presentClasses } from './class-codes.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { createMlpModel, loadMlpModel, MLP } from './mlp-model.ts';
import { pollOf } from './polling.ts';
import { rootMeanSquare, scaleTarget } from './target-scale.ts';
import { trainNetwork } from './train-network.ts';
import { relativeWeights, weighedRows } from './training-rows.ts';

const parameters = z.strictObject({
  units: z.int().min(1).max(512).default(32).describe('Of each hidden layer.'),
  layers: z.int().min(1).max(3).default(1).describe('Hidden ones.'),
  learning_rate: z.number().gt(0).max(1).default(0.003),
  alpha: z.number().min(0).max(1e6).default(0.0001).describe('Penalty on squared weights.'),
  max_epochs: z.int().min(1).max(10_000).default(200),
});
type Parameters = z.output<typeof parameters>;

/**
 * A small network: dense layers with rectifiers, softmax or one number at the end, trained by Adam on batches of up to
 * 200 rows. From 40 rows on, a tenth of them decides when to stop and which epoch was the best. The seed decides where
 * the weights begin, the order of the rows and that tenth.
 */
export const mlp = Object.freeze<Estimator<Parameters>>({
  id: MLP,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: false,
    weights: true,
    probabilities: true,
    importance: false,
    randomness: true,
    scaledInput: true,
  },
  parameters,
  space: {
    units: [16, 32, 64],
    layers: [1, 2],
    learning_rate: [0.001, 0.003, 0.01],
    alpha: [0.0001, 0.01, 1],
  },
  fit(x: Matrix, y: Target, plan: Parameters, options: FitOptions): Model {
    const rows = weighedRows(x, y, options.weights);
    const common = {
      x: rows.x,
      y: rows.y,
      weights: relativeWeights(rows.weights),
      plan,
      seed: options.seed,
    };
    const poll = pollOf(options.stop);
    if (rows.y.kind === 'values') {
      const { centre, scale, scaled } = scaleTarget(rows.y.values, rows.weights);
      const deviation = rootMeanSquare(scaled, rows.weights);
      const target = deviation === 0 ? scaled : scaled.map((value) => value / deviation);
      const network = trainNetwork({ ...common, target, outputs: 1 }, poll);
      const present = new Int32Array(0);
      return createMlpModel({ classCount: 0, present, centre, scale: scale * deviation, network });
    }
    const { present, places } = presentClasses(rows.y.codes, rows.y.classes.length);
    // One output is a number: two scores tell even two classes apart, and a single class needs none.
    const outputs = Math.max(2, present.length);
    const network = trainNetwork({ ...common, target: places, outputs }, poll);
    const classCount = rows.y.classes.length;
    return createMlpModel({ classCount, present, centre: 0, scale: 1, network });
  },
  load: loadMlpModel,
});
