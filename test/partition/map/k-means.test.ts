import { describe, expect, it } from 'vitest';
import { uniformDraws } from '../../../src/estimators/uniform-draws.ts';
import { type Clusters, clusterRows } from '../../../src/partition/map/k-means.ts';
import { oracleAnswers } from '../../support/oracle-answers.ts';
import { matrixOf } from '../../support/tables.ts';

type Answers = {
  readonly clusters: {
    readonly columns: readonly (readonly number[])[];
    readonly inertia: number;
    readonly labels: readonly number[];
  };
};

/** Made by `fixtures/sklearn/make-unsupervised.py`. */
const { clusters } = oracleAnswers('unsupervised') as Answers;
const X = matrixOf(clusters.columns);
const uniform = uniformDraws(1n);
const starts = Array.from({ length: 20 }, () => clusterRows(X, 4, uniform));
const best = starts.reduce((a, b) => (b.inertia < a.inertia ? b : a));

describe('k-means', () => {
  it('finds the clusters of scikit-learn', () => {
    expect(best.inertia).toBeCloseTo(clusters.inertia, 6);
    const pairs = new Set(clusters.labels.map((label, i) => `${label} ${best.clusters[i]}`));
    expect(pairs.size).toBe(4);
  });

  it('is the same for the same draws', () => {
    const again = (seed: bigint): Clusters => clusterRows(X, 4, uniformDraws(seed));
    expect(again(5n)).toEqual(again(5n));
  });

  it('numbers clusters from the largest', () => {
    const sizes = best.numbers.map(
      (_, cluster) => best.clusters.filter((one) => one === cluster).length,
    );
    const bySize = best.numbers
      .map((number, cluster) => [number, sizes[cluster] as number] as const)
      .sort(([a], [b]) => a - b)
      .map(([, size]) => size);
    expect(bySize).toEqual([...bySize].sort((a, b) => b - a));
  });

  it('has no more clusters than rows, and copes with copies', () => {
    expect([...clusterRows(matrixOf([[1, 2]]), 5, uniform).squares]).toEqual([0, 0]);
    expect(clusterRows(matrixOf([[3, 3, 3]]), 2, uniform).inertia).toBe(0);
  });
});
