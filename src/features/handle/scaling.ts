import type { Handle } from '../../spec/features.ts';
import { Sample } from '../sample.ts';
import { mean, quantile, variance } from '../statistics.ts';

export type ScaleRule = Exclude<Handle['scale'], 'auto'>;
/** scaled = (value − centre) ÷ spread. */
export type Scaling = { readonly centre: number; readonly spread: number };

/**
 * Nothing is scaled further out than this: a value at prediction that is far beyond all training values would
 * otherwise overflow inside a model.
 */
export const FURTHEST = 1e12;

const RULES: { readonly [rule in Exclude<ScaleRule, 'none'>]: (sample: Sample) => Scaling } = {
  standard: ({ values }) => ({ centre: mean(values), spread: Math.sqrt(variance(values)) }),
  min_max: ({ sorted }) => ({
    centre: sorted[0] as number,
    spread: (sorted[sorted.length - 1] as number) - (sorted[0] as number),
  }),
  robust: ({ sorted }) => ({
    centre: quantile(sorted, 0.5),
    spread: quantile(sorted, 0.75) - quantile(sorted, 0.25),
  }),
};

/**
 * Fitted on the training values that exist once gaps are filled; null = not scaled. A spread of 0 (constant, or robust on mostly one
 * value) divides by 1.
 */
export function fitScaling(sample: Sample, rule: ScaleRule): Scaling | null {
  if (rule === 'none') return null;
  const { centre, spread } = finiteOr(RULES[rule](sample), () => ofHuge(sample, rule));
  return { centre, spread: spread === 0 ? 1 : Math.min(spread, Number.MAX_VALUE) };
}

function finiteOr(scaling: Scaling, otherwise: () => Scaling): Scaling {
  return Number.isFinite(scaling.centre) && Number.isFinite(scaling.spread) ? scaling : otherwise();
}

/** Differences and squares of the largest doubles overflow; those of the same numbers times this do not. */
const SHRUNK = 2 ** -600;

function ofHuge({ values }: Sample, rule: Exclude<ScaleRule, 'none'>): Scaling {
  const { centre, spread } = RULES[rule](new Sample(values.map((value) => value * SHRUNK)));
  return { centre: centre / SHRUNK, spread: spread / SHRUNK };
}

/** NaN stays NaN. */
export function scaled(value: number, { centre, spread }: Scaling): number {
  const distance = value - centre;
  const result = Number.isFinite(distance) ? distance / spread : value / spread - centre / spread;
  return result > FURTHEST ? FURTHEST : result < -FURTHEST ? -FURTHEST : result;
}
