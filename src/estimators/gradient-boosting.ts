import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import { presentClasses } from './class-codes.ts';
import { cutsOfBins, EnsembleBuilder } from './ensemble-builder.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { sharesOf } from './importance.ts';
import { pollOf } from './polling.ts';
import { scaleTarget } from './target-scale.ts';
import { relativeWeights, weighedRows } from './training-rows.ts';
import { refuseTooWide } from './tree-ensemble.ts';
import { createTreeModel, loadTreeModel, type TreeModelContent } from './tree-model.ts';

const parameters = z.strictObject({
  rounds: z.int().min(1).max(10_000).default(100).describe('Trees per output.'),
  learning_rate: z.number().gt(0).max(1).default(0.1),
  leaves: z.int().min(2).max(4096).default(31).describe('The most leaves of a tree.'),
  min_leaf: z.int().min(1).default(20).describe('The least rows in a leaf.'),
  l2: z.number().min(0).max(1e6).default(0).describe('Penalty on the squared leaf values.'),
  max_bins: z.int().min(2).max(255).default(255).describe('Bins that a column is cut into.'),
});
type Parameters = z.output<typeof parameters>;

/** Leaf-wise gradient boosting on histograms: squared error, binary logistic or softmax loss. */
export const gradientBoosting = Object.freeze<Estimator<Parameters>>({
  id: 'gradient_boosting',
  version: 1,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: true,
    weights: true,
    probabilities: true,
    importance: true,
    randomness: false,
    scaledInput: false,
  },
  parameters,
  space: {
    rounds: [50, 100, 200],
    learning_rate: [0.03, 0.1, 0.2],
    leaves: [7, 15, 31],
    min_leaf: [5, 20, 50],
    l2: [0, 1, 10],
  },
  fit: fitBoosting,
  load: (bytes) => loadTreeModel('gradient_boosting', bytes),
});

function fitBoosting(x: Matrix, y: Target, plan: Parameters, options: FitOptions): Model {
  refuseTooWide(x, 'gradient_boosting');
  const rows = weighedRows(x, y, options.weights);
  const weights = relativeWeights(rows.weights);
  return withKernels(pollOf(options.stop), (kernels) => {
    const goal = goalOf(kernels, rows.y, weights);
    const grown = boost(kernels, { x: rows.x, goal, weights, plan, options });
    return createTreeModel({
      algorithm: 'gradient_boosting',
      classCount: y.kind === 'classes' ? y.classes.length : 0,
      present: goal.present,
      link: goal.link,
      base: goal.base,
      factor: goal.scale,
      ...grown,
    });
  });
}

type Goal = Pick<TreeModelContent, 'present' | 'link' | 'base'> & {
  readonly target: Float64Array;
  readonly scale: number;
  /** What the scores start from, in the units that trees are grown in. */
  readonly start: Float64Array;
};

/** Trees start from the best constant: the mean, the log odds or the logs of the class shares. */
function goalOf(kernels: Kernels, y: Target, weights: Float64Array | undefined): Goal {
  if (y.kind === 'values') {
    const { centre, scale, scaled } = scaleTarget(y.values, weights);
    return {
      target: scaled,
      link: 'value',
      present: new Int32Array(0),
      base: Float64Array.of(centre),
      scale,
      start: Float64Array.of(0),
    };
  }
  const { present, places } = presentClasses(y.codes, y.classes.length);
  const shares = new Float64Array(present.length);
  places.forEach((place, i) => {
    shares[place] = (shares[place] as number) + (weights?.[i] ?? 1);
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  const logs = shares.map((share) => kernels.calls.logarithm(share / total));
  const common = { target: places, present, scale: 1 };
  if (present.length === 1)
    return { ...common, link: 'shares', base: Float64Array.of(1), start: Float64Array.of(0) };
  if (present.length > 2) return { ...common, link: 'softmax', base: logs, start: logs };
  const odds = Float64Array.of((logs[1] as number) - (logs[0] as number));
  return { ...common, link: 'logistic', base: odds, start: odds };
}

type Boost = {
  readonly x: Matrix;
  readonly goal: Goal;
  readonly weights: Float64Array | undefined;
  readonly plan: Parameters;
  readonly options: FitOptions;
};

/** Rounds until there are enough, or until no tree of a round finds a split. */
function boost(
  kernels: Kernels,
  { x, goal, weights, plan, options }: Boost,
): Pick<TreeModelContent, 'ensemble' | 'importance'> {
  const { calls } = kernels;
  const columns = x.names.length;
  const outputs = goal.base.length;
  const bins = calls.binColumns(kernels.put(x.data), x.rowCount, columns, plan.max_bins);
  const boosting = calls.createBoosting(
    bins,
    kernels.put(goal.target),
    weights === undefined ? 0 : kernels.put(weights),
    goal.link === 'value' ? 0 : outputs,
    kernels.put(goal.start),
    plan.learning_rate,
    plan.leaves,
    plan.min_leaf,
    plan.l2,
  );
  const poll = pollOf(options.stop);
  const builder = new EnsembleBuilder(1);
  const rounds = goal.link === 'shares' ? 0 : plan.rounds;
  for (let round = 0; round < rounds; round++) {
    poll();
    calls.startRound(boosting);
    let splits = 0;
    for (let output = 0; output < outputs; output++) {
      splits += calls.growBoosting(boosting, output) - 1;
      builder.add(kernels, calls.boostingTree(boosting));
    }
    if (splits === 0) break;
  }
  const gains = kernels.doublesAt(calls.boostingGains(boosting), columns).slice();
  const ensemble = builder.finish(columns, outputs, cutsOfBins(kernels, bins, columns));
  return { ensemble, importance: sharesOf(gains) };
}
