import { meanMeasure } from './measure.ts';
import { type ClassRows, positiveCode } from './scored-rows.ts';

/**
 * −ln p(true class), p clipped to [ε, 1 − ε] with ε = 2⁻⁵² (scikit-learn's `log_loss` for doubles). The label set is
 * every class of the run, whether it occurs here or not.
 */
export const logLoss = meanMeasure<ClassRows>(({ truth, probabilities, classes }) =>
  Float64Array.from(truth, (code, i) => {
    const probability = probabilities[i * classes.length + code] as number;
    return -Math.log(Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON));
  }),
);

/**
 * (p(positive) − [is positive])²; several classes without a positive one: Σ over the classes of the run, not halved, as
 * scikit-learn's `brier_score_loss` does.
 */
export const brier = meanMeasure<ClassRows>((rows) => {
  const { truth, probabilities, classes } = rows;
  const positive = positiveCode(rows);
  const labels = positive === undefined ? classes.map((_, k) => k) : [positive];
  return Float64Array.from(truth, (code, i) => {
    let sum = 0;
    for (const k of labels) {
      const probability = probabilities[i * classes.length + k] as number;
      sum += (probability - (code === k ? 1 : 0)) ** 2;
    }
    return sum;
  });
});
