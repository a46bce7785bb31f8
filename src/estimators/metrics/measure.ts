import type { Score } from '../../domain/metric.ts';
import { type ScoredRows, weightOf } from './scored-rows.ts';

/** How one metric is computed from rows. */
export type Measure<Rows extends ScoredRows> = {
  readonly value: (rows: Rows) => Score;
  /**
   * Empirical influence ψ of each row on the value θ: giving row i the share ε of all weight moves θ by ε·ψ_i, so that
   * Σ w·ψ = 0 and Var θ ≈ Σ (w/W)²·ψ² (Hampel 1974; the infinitesimal jackknife). Only asked where there is a value.
   */
  readonly influence: (rows: Rows) => Float64Array;
};

/** Σ w·loss ÷ Σ w. */
export function weightedMean(losses: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < losses.length; i++) {
    const weight = weightOf(weights, i);
    sum += weight * (losses[i] as number);
    total += weight;
  }
  return sum / total;
}

/** A metric that is the weighted mean of a loss per row. `lossesOf` returns why there is none where that is so. */
export function meanMeasure<Rows extends ScoredRows>(
  lossesOf: (rows: Rows) => Float64Array | string,
): Measure<Rows> {
  return {
    value: (rows) => {
      const losses = lossesOf(rows);
      if (typeof losses === 'string') return { value: null, because: losses };
      return { value: weightedMean(losses, rows.weights) };
    },
    influence: (rows) => {
      const losses = lossesOf(rows) as Float64Array;
      const mean = weightedMean(losses, rows.weights);
      return losses.map((loss) => loss - mean);
    },
  };
}

/** The square root of another metric; its influence by the chain rule, zero where the metric is zero. */
export function rootMeasure<Rows extends ScoredRows>(squared: Measure<Rows>): Measure<Rows> {
  const value = (rows: Rows): Score => {
    const square = squared.value(rows);
    return square.value === null ? square : { value: Math.sqrt(square.value) };
  };
  return {
    value,
    influence: (rows) => {
      const root = value(rows).value ?? 0;
      return squared.influence(rows).map((psi) => (root === 0 ? 0 : psi / (2 * root)));
    },
  };
}

/** The plain mean of one measure per class, over the classes where it has a value. */
export function macroMeasure<Rows extends ScoredRows>(
  partsOf: (rows: Rows) => readonly Measure<Rows>[],
  because: string,
): Measure<Rows> {
  const defined = (rows: Rows): readonly Measure<Rows>[] =>
    partsOf(rows).filter((part) => part.value(rows).value !== null);
  return {
    value: (rows) => {
      const values = partsOf(rows).flatMap((part) => part.value(rows).value ?? []);
      if (values.length === 0) return { value: null, because };
      return { value: values.reduce((sum, value) => sum + value, 0) / values.length };
    },
    influence: (rows) => {
      const parts = defined(rows).map((part) => part.influence(rows));
      const mean = new Float64Array(rows.truth.length);
      for (const part of parts)
        for (let i = 0; i < mean.length; i++)
          mean[i] = (mean[i] as number) + (part[i] as number) / parts.length;
      return mean;
    },
  };
}
