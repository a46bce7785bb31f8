import { type ScoredRows, weightOf } from './metrics/scored-rows.ts';

/** What is known of rows by observation: a row that several repeats scored is one. */
export type Observed = {
  readonly values: Float64Array;
  readonly weights: Float64Array | undefined;
};

/**
 * The weighted mean of each observation's values, with the sum of their weights: what the repeats say of one row is not
 * independent, so that it counts as one, in their mean. Without `observations` every row is one.
 */
export function byObservation(
  values: Float64Array,
  { weights, observations }: Pick<ScoredRows, 'weights' | 'observations'>,
): Observed {
  if (observations === undefined) return { values, weights };
  const places = new Map<number, number>();
  const sums = new Float64Array(values.length);
  const totals = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const observation = observations[i] as number;
    const place = places.get(observation) ?? places.size;
    places.set(observation, place);
    const weight = weightOf(weights, i);
    sums[place] = (sums[place] as number) + weight * (values[i] as number);
    totals[place] = (totals[place] as number) + weight;
  }
  const found = totals.slice(0, places.size);
  return { values: found.map((total, place) => (sums[place] as number) / total), weights: found };
}

/** Rows that are not the same row in another repeat. */
export function observationCount({
  truth,
  observations,
}: Pick<ScoredRows, 'truth' | 'observations'>): number {
  return observations === undefined ? truth.length : new Set(observations).size;
}
