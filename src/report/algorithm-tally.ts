import { compareScores, type Metric } from '../domain/metric.ts';
import type { TrainFacts } from '../partition/train-facts.ts';
import type { AlgorithmRow } from './facts.ts';

type Count = {
  wins: number;
  fitted: number;
  failed: number;
  rankSum: number;
  ranked: number;
  fitMs: number;
};

/** How every algorithm fared over all partitions; of several candidates of one algorithm, the best counts. */
export class AlgorithmTally {
  readonly #counts: Map<string, Count>;

  constructor(algorithms: readonly string[]) {
    this.#counts = new Map(
      algorithms.map((algorithm) => [
        algorithm,
        { wins: 0, fitted: 0, failed: 0, rankSum: 0, ranked: 0, fitMs: 0 },
      ]),
    );
  }

  add(facts: TrainFacts, metric: Metric): void {
    const best = bestPerAlgorithm(facts, metric);
    const ranking = [...best.values()].sort((a, b) => compareScores(metric, b.cv, a.cv));
    ranking.forEach((candidate, rank) => {
      const count = this.#counts.get(candidate.algorithm);
      if (count === undefined) return;
      if (candidate.cv.value === null) {
        if (candidate.status !== 'dropped') count.failed++;
      } else {
        count.fitted++;
        count.ranked++;
        count.rankSum += rank + 1;
      }
    });
    for (const { algorithm, fitMs } of facts.candidates) {
      const count = this.#counts.get(algorithm);
      if (count !== undefined) count.fitMs += fitMs;
    }
    const winner =
      facts.best === null
        ? undefined
        : this.#counts.get(facts.candidates[facts.best]?.algorithm ?? '');
    if (winner !== undefined) winner.wins++;
  }

  rows(global: TrainFacts | null): readonly AlgorithmRow[] {
    return [...this.#counts].map(([algorithm, count]) => ({
      algorithm,
      wins: count.wins,
      fitted: count.fitted,
      failed: count.failed,
      meanRank: count.ranked === 0 ? null : count.rankSum / count.ranked,
      globalScore:
        global?.candidates.find((candidate) => candidate.algorithm === algorithm)?.cv ?? null,
      fitMs: count.fitMs,
    }));
  }
}

function bestPerAlgorithm(facts: TrainFacts, metric: Metric) {
  const best = new Map<string, TrainFacts['candidates'][number]>();
  for (const candidate of facts.candidates) {
    const before = best.get(candidate.algorithm);
    if (before === undefined || compareScores(metric, candidate.cv, before.cv) > 0)
      best.set(candidate.algorithm, candidate);
  }
  return best;
}
