import { Failure } from '../domain/failure.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { presentClasses } from './class-codes.ts';
import type { Target } from './estimator.ts';
import { scaleTarget, weightedMean } from './target-scale.ts';
import { powerOfTwoAbove } from './training-rows.ts';
import type { TreeModelContent } from './tree-model.ts';
import { weightedQuantile } from './weighted-quantile.ts';

/** Losses of a regression. */
export type BoostingObjective = 'squared' | 'absolute' | 'quantile' | 'poisson' | 'tweedie';

/** The numbers of `kernels/assembly/objective.ts`. */
const KINDS = { squared: 0, logistic: 1, softmax: 2, quantile: 3, poisson: 4, tweedie: 5 } as const;

/** What is minimised, and the best constant that the scores start from. */
export type BoostingGoal = Pick<TreeModelContent, 'present' | 'link' | 'base'> & {
  readonly kind: number;
  /** The quantile, or the power of the variance. */
  readonly shape: number;
  readonly target: Float64Array;
  /** Of the units that trees are grown in. */
  readonly scale: number;
  /** What the scores start from, in the units that trees are grown in. */
  readonly start: Float64Array;
  /** Nothing is left to learn. */
  readonly isConstant: boolean;
};

type Plan = {
  readonly objective: BoostingObjective;
  readonly quantile: number;
  readonly tweedie_power: number;
};

/** Throws `Failure('invalid-data')` when counts or amounts are negative. */
export function boostingGoal(
  kernels: Kernels,
  y: Target,
  weights: Float64Array | undefined,
  plan: Plan,
): BoostingGoal {
  if (y.kind === 'classes') return classGoal(kernels, y, weights);
  switch (plan.objective) {
    case 'squared':
      return valueGoal(y.values, weights, { kind: KINDS.squared, shape: 0 });
    case 'absolute':
      return valueGoal(y.values, weights, { kind: KINDS.quantile, shape: 0.5 });
    case 'quantile':
      return valueGoal(y.values, weights, { kind: KINDS.quantile, shape: plan.quantile });
    case 'poisson':
      return amountGoal(kernels, y.values, weights, { kind: KINDS.poisson, shape: 1 });
    case 'tweedie': {
      const loss = { kind: KINDS.tweedie, shape: plan.tweedie_power };
      return amountGoal(kernels, y.values, weights, loss);
    }
  }
}

type Loss = Pick<BoostingGoal, 'kind' | 'shape'>;
const NO_CLASSES = new Int32Array(0);

/** Trees start from the mean, or from the quantile, of the values about their mean. */
function valueGoal(
  values: Float64Array,
  weights: Float64Array | undefined,
  loss: Loss,
): BoostingGoal {
  const { centre, scale, scaled } = scaleTarget(values, weights);
  const start = loss.kind === KINDS.squared ? 0 : weightedQuantile(scaled, loss.shape, weights);
  return {
    ...loss,
    target: scaled,
    link: 'value',
    present: NO_CLASSES,
    base: Float64Array.of(centre + scale * start),
    scale,
    start: Float64Array.of(start),
    isConstant: false,
  };
}

/** Trees start from the logarithm of the mean, in units of about the mean: their penalties count rows then. */
function amountGoal(
  kernels: Kernels,
  values: Float64Array,
  weights: Float64Array | undefined,
  loss: Loss,
): BoostingGoal {
  const negative = values.find((value) => value < 0);
  if (negative !== undefined)
    throw new Failure(
      'invalid-data',
      `gradient_boosting: objective poisson or tweedie takes no negative target, and there is ${negative}; use squared.`,
    );
  const common = { ...loss, present: NO_CLASSES, scale: 1 };
  const mean = weightedMean(values, weights);
  if (mean === 0) {
    const zero = Float64Array.of(0);
    return { ...common, target: values, link: 'value', base: zero, start: zero, isConstant: true };
  }
  const unit = powerOfTwoAbove(mean);
  const { calls } = kernels;
  const start = calls.logarithm(mean / unit);
  return {
    ...common,
    target: values.map((value) => value / unit),
    link: 'exponential',
    base: Float64Array.of(start + calls.logarithm(unit)),
    start: Float64Array.of(start),
    isConstant: false,
  };
}

/** Trees start from the log odds, or from the logarithms of the classes' shares. */
function classGoal(
  kernels: Kernels,
  y: Target & { readonly kind: 'classes' },
  weights: Float64Array | undefined,
): BoostingGoal {
  const { present, places } = presentClasses(y.codes, y.classes.length);
  const shares = new Float64Array(present.length);
  places.forEach((place, i) => {
    shares[place] = (shares[place] as number) + (weights?.[i] ?? 1);
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  const logs = shares.map((share) => kernels.calls.logarithm(share / total));
  const common = { target: places, present, scale: 1, shape: 0, isConstant: present.length === 1 };
  if (present.length === 1) {
    const [base, start] = [Float64Array.of(1), Float64Array.of(0)];
    return { ...common, kind: KINDS.logistic, link: 'shares', base, start };
  }
  if (present.length > 2)
    return { ...common, kind: KINDS.softmax, link: 'softmax', base: logs, start: logs };
  const odds = Float64Array.of((logs[1] as number) - (logs[0] as number));
  return { ...common, kind: KINDS.logistic, link: 'logistic', base: odds, start: odds };
}
