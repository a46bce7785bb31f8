import type { Metric, Score } from '../domain/metric.ts';
import { chooseBest, orderByScore } from './candidates.ts';

/** Additions; weights are multiples of 1 ÷ this. */
const STEPS = 10;

/**
 * Weights of the candidates whose average scores best, adding up to 1, by ensemble selection (Caruana et al. 2004): starting
 * with nothing, the candidate is added that makes the average best, again and again, the same one as often as it helps.
 * Only the `size` best by themselves take part; ties go to the earlier, simpler one. `outputs`: what each candidate says of the
 * same rows. Cost: STEPS × size scores.
 */
export function ensembleWeights(
  outputs: readonly Float64Array[],
  {
    metric,
    size,
    scoreOf,
  }: {
    readonly metric: Metric;
    readonly size: number;
    readonly scoreOf: (output: Float64Array) => Score;
  },
): readonly number[] {
  const alone = outputs.map(scoreOf);
  const members = orderByScore(metric, alone)
    .filter((place) => alone[place]?.value !== null)
    .slice(0, size)
    .sort((a, b) => a - b);
  const counts = outputs.map(() => 0);
  let sum = new Float64Array(outputs[0]?.length ?? 0);
  for (let step = 1; step <= STEPS && members.length > 0; step++) {
    const sums = members.map((place) => added(sum, outputs[place] as Float64Array));
    const scores = sums.map((one) => scoreOf(one.map((value) => value / step)));
    const best = chooseBest(metric, scores) ?? 0;
    sum = sums[best] as Float64Array<ArrayBuffer>;
    counts[members[best] as number] = (counts[members[best] as number] as number) + 1;
  }
  return counts.map((count) => count / STEPS);
}

/** Σ weight · output. */
export function weightedSum(
  outputs: readonly Float64Array[],
  weights: readonly number[],
): Float64Array {
  const sum = new Float64Array(outputs[0]?.length ?? 0);
  outputs.forEach((output, k) => {
    const weight = weights[k] as number;
    if (weight === 0) return;
    for (let i = 0; i < sum.length; i++)
      sum[i] = (sum[i] as number) + weight * (output[i] as number);
  });
  return sum;
}

function added(sum: Float64Array, output: Float64Array) {
  return sum.map((value, i) => value + (output[i] as number));
}
