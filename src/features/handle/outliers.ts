import type { Handle } from '../../spec/features.ts';
import type { Sample } from '../sample.ts';
import { mean, quantile, variance } from '../statistics.ts';

export type OutlierRule = Handle['outliers'];
/** Numbers beyond these borders are moved onto them. */
export type Clip = { readonly low: number; readonly high: number };

type RuleName = 'iqr' | 'winsorise' | 'zscore';

/** What a rule uses when the spec gives its name only. */
const DEFAULT_AMOUNTS: { readonly [rule in RuleName]: number } = {
  iqr: 1.5,
  winsorise: 0.05,
  zscore: 3,
};

const BORDERS: { readonly [rule in RuleName]: (sample: Sample, amount: number) => Clip } = {
  /** Tukey's fences: quartiles ∓ amount × interquartile range. */
  iqr: ({ sorted }, amount) => {
    const [lower, upper] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    const reach = amount * (upper - lower);
    return { low: lower - reach, high: upper + reach };
  },
  /** The amount is the share of each tail. */
  winsorise: ({ sorted }, amount) => ({
    low: quantile(sorted, amount),
    high: quantile(sorted, 1 - amount),
  }),
  /** Mean ∓ amount × standard deviation (of the population). */
  zscore: ({ values }, amount) => {
    const centre = mean(values);
    const reach = amount * Math.sqrt(variance(values));
    return { low: centre - reach, high: centre + reach };
  },
};

export function outlierRuleName(rule: OutlierRule): 'none' | RuleName {
  return typeof rule === 'string' ? rule : (Object.keys(rule)[0] as RuleName);
}

/**
 * Borders from the present training values; null = nothing is clipped: no rule, or borders without width (more than
 * half of the values are one value), which would make a constant of the column.
 */
export function fitClip(present: Sample, rule: OutlierRule): Clip | null {
  const name = outlierRuleName(rule);
  if (name === 'none') return null;
  const amount =
    typeof rule === 'string' ? DEFAULT_AMOUNTS[name] : (Object.values(rule)[0] as number);
  const clip = BORDERS[name](present, amount);
  const isUsable = Number.isFinite(clip.low) && Number.isFinite(clip.high) && clip.low < clip.high;
  return isUsable ? clip : null;
}

export function clipped(value: number, { low, high }: Clip): number {
  return value < low ? low : value > high ? high : value;
}
