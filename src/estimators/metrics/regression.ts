import { type Measure, meanMeasure, rootMeasure, unmeasured, weightedMean } from './measure.ts';
import { type ValueRows, weightOf } from './scored-rows.ts';

type Loss = (truth: number, prediction: number) => number;

function lossesOf({ truth, prediction }: ValueRows, loss: Loss): Float64Array {
  return truth.map((value, i) => loss(value, prediction[i] as number));
}

const squaredError: Loss = (truth, prediction) => (prediction - truth) ** 2;
const absoluteError: Loss = (truth, prediction) => Math.abs(prediction - truth);

/** √ mean (prediction − truth)². */
export const rmse = rootMeasure(meanMeasure<ValueRows>((rows) => lossesOf(rows, squaredError)));

/** mean |prediction − truth|. */
export const mae = meanMeasure<ValueRows>((rows) => lossesOf(rows, absoluteError));

/** mean |prediction − truth| ÷ max(|truth|, 2⁻⁵²), a share and not a percentage (as in scikit-learn). */
export const mape = meanMeasure<ValueRows>((rows) =>
  lossesOf(
    rows,
    (truth, prediction) => Math.abs(prediction - truth) / Math.max(Math.abs(truth), Number.EPSILON),
  ),
);

/** mean 2·|prediction − truth| ÷ (|truth| + |prediction|), from 0 to 2; a row where both are 0 counts 0. */
export const smape = meanMeasure<ValueRows>((rows) =>
  lossesOf(rows, (truth, prediction) => {
    const size = Math.abs(truth) + Math.abs(prediction);
    return size === 0 ? 0 : (2 * Math.abs(prediction - truth)) / size;
  }),
);

/** mean of q·(truth − prediction) above the prediction and (1 − q)·(prediction − truth) below it, q = `quantile`. */
export const pinball = meanMeasure<ValueRows>((rows) => {
  const quantile = rows.quantile ?? 0.5;
  return lossesOf(rows, (truth, prediction) =>
    Math.max(quantile * (truth - prediction), (1 - quantile) * (prediction - truth)),
  );
});

/** √ mean (ln(1 + prediction) − ln(1 + truth))². None where a truth or a prediction is −1 or less. */
export const rmsle = rootMeasure(
  meanMeasure<ValueRows>((rows) => {
    const isTooLow = (value: number): boolean => value <= -1;
    if (rows.truth.some(isTooLow)) return 'A true value is −1 or less, where ln(1 + x) ends.';
    if (rows.prediction.some(isTooLow))
      return 'A predicted value is −1 or less, where ln(1 + x) ends.';
    return lossesOf(rows, (truth, prediction) => (Math.log1p(prediction) - Math.log1p(truth)) ** 2);
  }),
);

/**
 * 1 − Σ w·(truth − prediction)² ÷ Σ w·(truth − mean)². A constant truth gives 1 where it is met exactly, else 0 (as in
 * scikit-learn); fewer than two rows give none.
 */
export const r2: Measure<ValueRows> = (rows) => {
  if (rows.truth.length < 2) return unmeasured('r2 needs at least two rows.');
  const mean = weightedMean(rows.truth, rows.weights);
  const errors = lossesOf(rows, squaredError);
  const spreads = rows.truth.map((truth) => (truth - mean) ** 2);
  const error = weightedMean(errors, rows.weights);
  const spread = weightedMean(spreads, rows.weights);
  if (spread === 0)
    return { score: { value: error === 0 ? 1 : 0 }, influence: () => errors.map(() => 0) };
  const unexplained = error / spread;
  return {
    score: { value: 1 - unexplained },
    influence: () => errors.map((one, i) => (unexplained * (spreads[i] as number) - one) / spread),
  };
};

/**
 * The weighted median of |prediction − truth|: the mean of the two middle errors where the middle falls between rows.
 * Influence: sign(error − median) ÷ (2·density at the median), density by a difference of quantiles (Bofinger 1975).
 */
export const medianAe: Measure<ValueRows> = (rows) => {
  const sorted = sortedErrors(rows);
  const median = quantileOf(sorted, 0.5);
  const influence = (): Float64Array => {
    const reach = Math.min(0.648 * rows.truth.length ** -0.2, 0.4);
    const width = quantileOf(sorted, 0.5 + reach) - quantileOf(sorted, 0.5 - reach);
    const inverseDensity = width / (2 * reach);
    return lossesOf(rows, absoluteError).map(
      (error) => (Math.sign(error - median) * inverseDensity) / 2,
    );
  };
  return { score: { value: median }, influence };
};

type SortedErrors = {
  readonly errors: Float64Array;
  /** Running total of weights. */
  readonly reached: Float64Array;
};

/** Ascending; rows of weight 0 are left out. */
function sortedErrors(rows: ValueRows): SortedErrors {
  const errors = lossesOf(rows, absoluteError);
  const order = Int32Array.from(errors, (_, i) => i)
    .filter((i) => weightOf(rows.weights, i) > 0)
    .sort((a, b) => (errors[a] as number) - (errors[b] as number));
  let sum = 0;
  return {
    errors: Float64Array.from(order, (i) => errors[i] as number),
    reached: Float64Array.from(order, (i) => {
      sum += weightOf(rows.weights, i);
      return sum;
    }),
  };
}

/** Averaged inverse of the distribution function: Hyndman–Fan type 2. */
function quantileOf({ errors, reached }: SortedErrors, share: number): number {
  const goal = share * (reached.at(-1) as number);
  const at = Math.min(
    reached.findIndex((sum) => sum >= goal),
    errors.length - 1,
  );
  const value = errors[at] as number;
  const isBetween = (reached[at] as number) - goal <= Number.EPSILON;
  return isBetween ? (value + (errors[at + 1] ?? value)) / 2 : value;
}
