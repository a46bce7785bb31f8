import type { Score } from '../../domain/metric.ts';
import { type ScoredRows, weightOf } from './scored-rows.ts';

/** What one metric says of rows. */
export type Measured = {
  readonly score: Score;
  /**
   * Empirical influence ψ of each row on the score θ: giving row i the share ε of all weight moves θ by ε·ψ_i, so that
   * Σ w·ψ = 0 and Var θ ≈ Σ (w/W)²·ψ² (Hampel 1974; the infinitesimal jackknife). Only asked where there is a score.
   */
  readonly influence: () => Float64Array;
};

/** How one metric is computed from rows: the score at once, the influence when asked. */
export type Measure<Rows extends ScoredRows> = (rows: Rows) => Measured;

/** No score, and why. */
export function unmeasured(because: string): Measured {
  return {
    score: { value: null, because },
    influence: () => {
      throw new RangeError(`Nothing has influence where there is no score. ${because}`);
    },
  };
}

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
  return (rows) => {
    const losses = lossesOf(rows);
    if (typeof losses === 'string') return unmeasured(losses);
    const mean = weightedMean(losses, rows.weights);
    return { score: { value: mean }, influence: () => losses.map((loss) => loss - mean) };
  };
}

/** The square root of another metric; its influence by the chain rule, zero where the metric is zero. */
export function rootMeasure<Rows extends ScoredRows>(squared: Measure<Rows>): Measure<Rows> {
  return (rows) => {
    const square = squared(rows);
    if (square.score.value === null) return square;
    const root = Math.sqrt(square.score.value);
    return {
      score: { value: root },
      influence: () => square.influence().map((psi) => (root === 0 ? 0 : psi / (2 * root))),
    };
  };
}

/** The plain mean of one measure per class, over the classes where it has a score. */
export function macroMeasure<Rows extends ScoredRows>(
  partsOf: (rows: Rows) => readonly Measure<Rows>[],
  because: string,
): Measure<Rows> {
  return (rows) => {
    const parts = partsOf(rows).map((part) => part(rows));
    const scored = parts.filter(({ score }) => score.value !== null);
    if (scored.length === 0) return unmeasured(because);
    const sum = scored.reduce((total, { score }) => total + (score.value ?? 0), 0);
    return {
      score: { value: sum / scored.length },
      influence: () => meanOf(scored.map((part) => part.influence())),
    };
  };
}

function meanOf(parts: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(parts[0]?.length ?? 0);
  for (const part of parts)
    for (let i = 0; i < mean.length; i++)
      mean[i] = (mean[i] as number) + (part[i] as number) / parts.length;
  return mean;
}
