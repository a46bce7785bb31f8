import { compareScores, type Metric } from '../domain/metric.ts';
import type { ClassRows } from './metrics/scored-rows.ts';
import { score } from './score.ts';

/** More different thresholds than this are not tried: evenly spread over the rows. */
const MOST_THRESHOLDS = 200;

/**
 * The probability of the second of two classes from which on saying it scores best, learned from rows that the model has
 * not seen: midway between neighbouring probabilities; one half where nothing is better. Of equals the nearest to one
 * half. O(200 · rows).
 */
export function fitThreshold(metric: Metric, rows: ClassRows): number {
  const distinct = [...new Set(secondOf(rows.probabilities))].sort((a, b) => a - b);
  const step = Math.max(1, (distinct.length - 1) / MOST_THRESHOLDS);
  const between = Array.from({ length: Math.min(distinct.length - 1, MOST_THRESHOLDS) }, (_, i) => {
    const place = Math.floor(i * step);
    return ((distinct[place] as number) + (distinct[place + 1] as number)) / 2;
  });
  const nearestFirst = between
    .filter((one) => one > 0 && one < 1)
    .sort((a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5) || a - b);
  let best = 0.5;
  let bestScore = score(metric, rows);
  for (const threshold of nearestFirst) {
    const probabilities = moveThreshold(threshold, rows.probabilities);
    const found = score(metric, { ...rows, probabilities });
    if (found.value === null || compareScores(metric, found, bestScore) <= 0) continue;
    best = threshold;
    bestScore = found;
  }
  return best;
}

/**
 * Multiplies the odds of the second class so that `threshold` becomes one half: what is decided by the likelier class is
 * decided by the threshold then, as if the rows had been weighted by class. rows × 2, row-major.
 */
export function moveThreshold(threshold: number, probabilities: Float64Array): Float64Array {
  const output = new Float64Array(probabilities.length);
  for (let i = 0; i < output.length; i += 2) {
    const second = (probabilities[i + 1] as number) * (1 - threshold);
    const first = (probabilities[i] as number) * threshold;
    output[i] = first / (first + second);
    output[i + 1] = second / (first + second);
  }
  return output;
}

function secondOf(probabilities: Float64Array): readonly number[] {
  return Array.from(
    { length: probabilities.length / 2 },
    (_, i) => probabilities[2 * i + 1] as number,
  );
}
