import type { Comparison } from './compare.ts';
import { NORMAL_95 } from './normal-distribution.ts';

/** Fewer say nothing of partitions in general. */
export const FEWEST_TOGETHER = 10;

type Effect = Pick<Comparison, 'difference' | 'interval' | 'rows'>;

/**
 * What to expect of each difference once all of them are known (empirical Bayes): τ² and μ, the variance and the mean of
 * the true differences, are taken from all of them by moments, and the expectation is (τ²·d + s²·m) ÷ (τ² + s²), where s is the
 * standard error of the difference d. m is the low end of the 95 % interval of μ, so that nothing is expected of what all
 * together do not surely say. Null for fewer than ten.
 */
export function expectedEffects(effects: readonly Effect[]): readonly number[] | null {
  if (effects.length < FEWEST_TOGETHER) return null;
  const errors = effects.map(({ interval }) => errorOf(interval) ** 2);
  const { least, variance } = priorOf(effects, errors);
  return effects.map(({ difference }, i) => {
    const error = errors[i] as number;
    // Equal predictions: there is nothing to expect.
    if (error === 0) return difference;
    return (variance * difference + error * least) / (variance + error);
  });
}

function errorOf({ low, high }: Comparison['interval']): number {
  return (high - low) / (2 * NORMAL_95);
}

/**
 * Weights are rows, which know nothing of the differences, as their estimated errors may. Q = Σw·(d − μ)² has the mean
 * Σw·(1 − w/W)·(s² + τ²) (DerSimonian and Laird 1986 for any weights).
 */
function priorOf(
  effects: readonly Effect[],
  errors: readonly number[],
): { readonly least: number; readonly variance: number } {
  const total = effects.reduce((sum, { rows }) => sum + rows, 0);
  const mean = effects.reduce((sum, { rows, difference }) => sum + rows * difference, 0) / total;
  let [scatter, chance, free] = [0, 0, 0];
  effects.forEach(({ rows, difference }, i) => {
    const share = rows * (1 - rows / total);
    scatter += rows * (difference - mean) ** 2;
    chance += share * (errors[i] as number);
    free += share;
  });
  const variance = Math.max(0, (scatter - chance) / free);
  const squares = effects.reduce(
    (sum, { rows }, i) => sum + (rows / total) ** 2 * (variance + (errors[i] as number)),
    0,
  );
  return { least: mean - NORMAL_95 * Math.sqrt(squares), variance };
}
