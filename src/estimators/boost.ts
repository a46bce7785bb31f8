import { Failure } from '../domain/failure.ts';
import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import { type BoostingGoal, type BoostingObjective, boostingGoal } from './boosting-goal.ts';
import { cutsOfBins, EnsembleBuilder } from './ensemble-builder.ts';
import type { FitOptions, Model, Target } from './estimator.ts';
import { sharesOf } from './importance.ts';
import { pollOf } from './polling.ts';
import { relativeWeights, weighedRows } from './training-rows.ts';
import { MAX_CUTS, refuseTooWide } from './tree-ensemble.ts';
import { createTreeModel, type TreeModelContent } from './tree-model.ts';

/** How trees are boosted; see the parameters of `gradient_boosting`. */
export type Boosting = {
  readonly objective: BoostingObjective;
  readonly quantile: number;
  readonly tweedie_power: number;
  readonly rounds: number;
  readonly learning_rate: number;
  readonly leaves: number;
  readonly min_leaf: number;
  readonly l2: number;
  readonly max_bins: number;
  readonly subsample: number;
  readonly max_features: number;
  readonly early_stopping: { readonly rounds: number; readonly fraction: number } | null;
  readonly monotone: { readonly [column: string]: 'rising' | 'falling' };
  readonly category_smoothing: number;
  readonly category_rows: number;
};

/** Throws `Failure` where the target or the columns do not fit the plan. O(rounds · rows · columns). */
export function fitBoosting(x: Matrix, y: Target, plan: Boosting, options: FitOptions): Model {
  refuseTooWide(x, 'gradient_boosting');
  const rows = weighedRows(x, y, options.weights);
  const weights = relativeWeights(rows.weights);
  return withKernels(pollOf(options.stop), (kernels) => {
    const goal = boostingGoal(kernels, rows.y, weights, plan);
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

type Boost = {
  readonly x: Matrix;
  readonly goal: BoostingGoal;
  readonly weights: Float64Array | undefined;
  readonly plan: Boosting;
  readonly options: FitOptions;
};

/** Rounds until there are enough, until no tree of a round finds a split, or until held-out rows gain nothing more. */
function boost(kernels: Kernels, work: Boost): Pick<TreeModelContent, 'ensemble' | 'importance'> {
  const { x, goal, plan, options } = work;
  const { calls } = kernels;
  const columns = x.names.length;
  const outputs = goal.base.length;
  const { bins, boosting } = prepare(kernels, work);
  const isWatched = holdOut(kernels, boosting, work);
  const poll = pollOf(options.stop);
  const builder = new EnsembleBuilder(1);
  let best = { loss: Number.POSITIVE_INFINITY, rounds: 0, gains: new Float64Array(columns) };
  for (let round = 1; round <= (goal.isConstant ? 0 : plan.rounds); round++) {
    poll();
    calls.startRound(boosting);
    let splits = 0;
    for (let output = 0; output < outputs; output++) {
      splits += calls.growBoosting(boosting, output) - 1;
      builder.add(kernels, calls.boostingTree(boosting));
    }
    const loss = isWatched ? calls.heldOutLoss(boosting) : -round;
    if (loss < best.loss) {
      const gains = kernels.doublesAt(calls.boostingGains(boosting), columns).slice();
      best = { loss, rounds: round, gains };
    }
    const waited = round - best.rounds;
    if (splits === 0 || waited >= (plan.early_stopping?.rounds ?? 1)) break;
  }
  builder.keepFirst(best.rounds * outputs);
  const ensemble = builder.finish(columns, outputs, cutsOfBins(kernels, bins, columns));
  return { ensemble, importance: sharesOf(best.gains) };
}

function prepare(
  kernels: Kernels,
  { x, goal, weights, plan, options }: Boost,
): { readonly bins: Pointer; readonly boosting: Pointer } {
  const { calls } = kernels;
  const columns = x.names.length;
  const levels = levelCountsOf(x);
  const levelsAt = levels.some((count) => count > 0) ? kernels.put(levels) : 0;
  const data = kernels.put(x.data);
  const bins = calls.binColumns(data, x.rowCount, columns, plan.max_bins, levelsAt);
  const objective = calls.createObjective(
    goal.kind,
    goal.base.length,
    goal.shape,
    x.rowCount,
    kernels.put(goal.target),
    weights === undefined ? 0 : kernels.put(weights),
    kernels.put(goal.start),
  );
  const boosting = calls.createBoosting(
    bins,
    objective,
    plan.learning_rate,
    plan.leaves,
    plan.min_leaf,
    plan.l2,
  );
  calls.groupLevels(boosting, plan.category_smoothing, plan.category_rows);
  const directions = directionsOf(x, levels, goal, plan);
  if (directions.some((direction) => direction !== 0))
    calls.bindColumns(boosting, kernels.put(directions));
  const columnsPerTree = Math.max(1, Math.round(plan.max_features * columns));
  calls.sample(boosting, options.seed, plan.subsample, columnsPerTree);
  return { bins, boosting };
}

/** Whether rows were set aside to measure the loss on: of each class its share. */
function holdOut(kernels: Kernels, boosting: Pointer, { goal, plan, options }: Boost): boolean {
  if (plan.early_stopping === null) return false;
  const { fraction } = plan.early_stopping;
  const strata = Math.max(1, goal.present.length);
  return kernels.calls.holdOut(boosting, options.seed, fraction, strata) > 0;
}

/** Columns that bins can hold a level each of; the others are taken for numbers. */
function levelCountsOf({ names, levelCounts }: Matrix): Int32Array {
  return Int32Array.from(names, (_, column) => {
    const count = levelCounts?.[column] ?? 0;
    return count > 1 && count <= MAX_CUTS + 1 ? count : 0;
  });
}

/** Per column 1 (rising), −1 (falling) or 0; columns that selection left out bind nothing. */
function directionsOf(
  x: Matrix,
  levels: Int32Array,
  goal: BoostingGoal,
  { monotone, objective }: Boosting,
): Int32Array {
  const directions = Int32Array.from(x.names, (name, column) => {
    if (!Object.hasOwn(monotone, name)) return 0;
    if ((levels[column] as number) > 0)
      throw new Failure(
        'unsupported',
        `gradient_boosting: monotone names \`${name}\`, which holds text; only numbers have an order.`,
      );
    return monotone[name] === 'rising' ? 1 : -1;
  });
  if (!directions.some((direction) => direction !== 0)) return directions;
  if (goal.present.length > 2)
    throw new Failure(
      'unsupported',
      `gradient_boosting: monotone is for numbers and two classes, and there are ${goal.present.length} classes.`,
    );
  if (objective === 'absolute' || objective === 'quantile')
    throw new Failure(
      'unsupported',
      `gradient_boosting: monotone does not go with objective ${objective}, whose leaves are medians; use squared, poisson or tweedie.`,
    );
  return directions;
}
