import type { Matrix } from '../frame/frame.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import { presentClasses } from './class-codes.ts';
import { cutsOfBins, EnsembleBuilder } from './ensemble-builder.ts';
import type { FitOptions, Model, Target } from './estimator.ts';
import { sharesOf } from './importance.ts';
import { pollOf } from './polling.ts';
import { scaleTarget } from './target-scale.ts';
import { relativeWeights, weighedRows } from './training-rows.ts';
import { MAX_CUTS, refuseTooWide } from './tree-ensemble.ts';
import { createTreeModel } from './tree-model.ts';

/** How trees are grown; see the parameters of `decision_tree` and of the forests. */
export type CartPlan = {
  readonly algorithm: string;
  readonly trees: number;
  readonly columnsPerSplit: number;
  readonly minLeaf: number;
  readonly maxDepth: number | null;
  readonly bootstrap: boolean;
  /** One drawn cut per column instead of the best one. */
  readonly drawsCuts: boolean;
};

/** The mean of trees that each see their own draw of the rows. O(trees · rows · log rows · columns per split). */
export function growCarts(x: Matrix, y: Target, plan: CartPlan, options: FitOptions): Model {
  refuseTooWide(x, plan.algorithm);
  const rows = weighedRows(x, y, options.weights);
  const weights = relativeWeights(rows.weights);
  const goal = goalOf(rows.y, weights);
  return withKernels(pollOf(options.stop), (kernels) => {
    const { ensemble, importance } = growEnsemble(kernels, {
      x: rows.x,
      goal,
      weights,
      plan,
      options,
    });
    return createTreeModel({
      algorithm: plan.algorithm,
      classCount: y.kind === 'classes' ? y.classes.length : 0,
      present: goal.present,
      link: y.kind === 'classes' ? 'shares' : 'value',
      base: goal.base,
      factor: goal.scale / plan.trees,
      ensemble,
      importance,
    });
  });
}

type Goal = {
  readonly target: Float64Array;
  readonly classes: number;
  readonly present: Int32Array;
  readonly base: Float64Array;
  readonly scale: number;
};

function goalOf(y: Target, weights: Float64Array | undefined): Goal {
  if (y.kind === 'values') {
    const { centre, scale, scaled } = scaleTarget(y.values, weights);
    const base = Float64Array.of(centre);
    return { target: scaled, classes: 0, present: new Int32Array(0), base, scale };
  }
  const { present, places } = presentClasses(y.codes, y.classes.length);
  const base = new Float64Array(present.length);
  return { target: places, classes: present.length, present, base, scale: 1 };
}

type Growth = {
  readonly x: Matrix;
  readonly goal: Goal;
  readonly weights: Float64Array | undefined;
  readonly plan: CartPlan;
  readonly options: FitOptions;
};

function growEnsemble(kernels: Kernels, { x, goal, weights, plan, options }: Growth) {
  const { calls } = kernels;
  const columns = x.names.length;
  const bins = calls.binColumns(kernels.put(x.data), x.rowCount, columns, MAX_CUTS + 1, 0);
  const cart = calls.createCart(
    bins,
    kernels.put(goal.target),
    weights === undefined ? 0 : kernels.put(weights),
    goal.classes,
    plan.columnsPerSplit,
    // A leaf's rows are counted by weight; half a row of slack for weights that are not whole numbers.
    plan.minLeaf > 1 ? plan.minLeaf - 0.5 : 0,
    plan.maxDepth ?? 0x7fffffff,
    plan.bootstrap,
    plan.drawsCuts,
  );
  const outputs = Math.max(goal.classes, 1);
  const builder = new EnsembleBuilder(outputs);
  const poll = pollOf(options.stop);
  for (let tree = 0; tree < plan.trees; tree++) {
    poll();
    calls.growCart(cart, options.seed, BigInt(tree));
    builder.add(kernels, calls.cartTree(cart));
  }
  const gains = kernels.doublesAt(calls.cartGains(cart), columns).slice();
  const ensemble = builder.finish(columns, outputs, cutsOfBins(kernels, bins, columns));
  return { ensemble, importance: sharesOf(gains) };
}
