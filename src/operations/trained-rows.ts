import { findEstimator } from '../estimators/registry.ts';
import type { Candidate, Spec } from '../spec/spec.ts';

/** Rows that a model is for; `isSampled`: it is trained on `global.max_rows` of them at most. */
export type RowsOfModel = { readonly rows: number; readonly isSampled?: boolean };

/** The share of them that a fold trains on; in the order of time, half of them at the mean. */
export function foldShare({ holdout, folds, scheme }: Spec['validate']): number {
  return (1 - holdout) * (scheme === 'time' ? 1 / 2 : 1 - 1 / folds);
}

/** The share that the final fit has. */
export function finalShare({ holdout }: Spec['validate']): number {
  return 1 - holdout;
}

/** How many rows a fit on that share of them has. */
export function trainedRows(
  { global }: Pick<Spec, 'global'>,
  { rows, isSampled = false }: RowsOfModel,
  share: number,
): number {
  const all = Math.round(share * rows);
  return isSampled ? Math.min(all, global.max_rows) : all;
}

/** Whether the algorithm takes fewer rows than these: such a fit fails before it begins. */
export function isRefused({ algorithm }: Pick<Candidate, 'algorithm'>, rows: number): boolean {
  return rows > rowLimitOf(algorithm);
}

function rowLimitOf(algorithm: string): number {
  return findEstimator(algorithm)?.supports.maxRows ?? Number.POSITIVE_INFINITY;
}

/** One for each algorithm that will be refused somewhere. */
export function refusalWarnings(
  spec: Pick<Spec, 'candidates' | 'validate' | 'global'>,
  models: readonly (RowsOfModel & { readonly name: string })[],
): readonly string[] {
  const places = models
    .map((model) => ({ ...model, trained: trainedRows(spec, model, foldShare(spec.validate)) }))
    .sort((a, b) => b.trained - a.trained);
  const algorithms = [...new Set(spec.candidates.map(({ algorithm }) => algorithm))];
  return algorithms.flatMap((algorithm) => {
    const refused = places.filter(({ trained }) => isRefused({ algorithm }, trained));
    const [largest] = refused;
    if (largest === undefined) return [];
    const others = refused.length > 1 ? ` and ${refused.length - 1} more` : '';
    const lower = refused.some(({ isSampled }) => isSampled) ? ', or lower global.max_rows' : '';
    return [
      `${algorithm} takes at most ${rowLimitOf(algorithm)} training rows and would get ${largest.trained} in ${largest.name}${others}: it will fail there. Remove it from algorithms${lower}.`,
    ];
  });
}
