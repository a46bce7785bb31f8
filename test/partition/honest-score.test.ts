import { describe, expect, it } from 'vitest';
import type { Interval, SideScores } from '../../src/partition/evaluate-facts.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const PARTITIONS = 200;
const ROWS = 60;
/** What guessing scores: the labels are a fair coin's. */
const GUESSING = 0.5;
const CLASSES = ['heads', 'tails'];

/** Twenty ways to be wrong, none of them costly. */
const ALGORITHMS: SpecInput['algorithms'] = [
  'baseline',
  'naive_bayes',
  ...[0.01, 1, 100].map((C) => ({ logistic: { C } })),
  ...[1, 2, 3, 5, 8, 12, 20, 30].map((k) => ({ knn: { k } })),
  ...[1, 2, 3, 4, 6, 8, 12].map((max_depth) => ({ decision_tree: { max_depth } })),
];

const spec = machineSpec({
  partition: { by: 'key' },
  columns: {},
  algorithms: ALGORITHMS,
  metric: 'accuracy',
});

describe('the score of the best of twenty, where there is nothing to learn', () => {
  const scores = Array.from({ length: PARTITIONS }, (_, i) => scoresOfNoise(i));

  it('is honest when nested: its 95 % interval covers what guessing scores in 91 % of 200 partitions at least', () => {
    const covering = scores.filter(({ nestedInterval }) => covers(nestedInterval));
    expect(covering.length).toBeGreaterThanOrEqual(0.91 * PARTITIONS);
  });

  it('is too good when it is not: the naive interval fails by far', () => {
    const covering = scores.filter(({ cvInterval }) => covers(cvInterval));
    expect(covering.length).toBeLessThan(0.8 * PARTITIONS);
  });

  it('says by how much: the optimism is what the naive score has too much', () => {
    const mean = (of: (one: SideScores) => number): number =>
      scores.reduce((sum, one) => sum + of(one), 0) / PARTITIONS;
    const excess = mean(({ cv }) => (cv.value as number) - GUESSING);
    expect(excess).toBeGreaterThan(0.05);
    expect(mean(({ optimism }) => optimism as number)).toBeCloseTo(excess, 1);
  });
});

function covers(interval: Interval | null): boolean {
  return interval !== null && interval.low <= GUESSING && interval.high >= GUESSING;
}

/** Trains all candidates on one partition of pure noise and evaluates the best. */
function scoresOfNoise(partition: number): SideScores {
  const draws = seededDraws(7000 + partition);
  const column = (name: string) =>
    numbers(
      name,
      Array.from({ length: ROWS }, () => draws.normal()),
    );
  const frame = frameOf(
    column('a'),
    column('b'),
    column('c'),
    texts(
      'status',
      Array.from({ length: ROWS }, () => CLASSES[draws.integer(2)] as string),
    ),
  );
  const data = partitionData(frame, spec, { text: `key=${partition}` });
  const args = { spec, task: spec.target.task, classes: CLASSES };
  const { facts, blobs } = run('train', data, { ...args, scope: 'own' });
  const { candidates, best, bestWithout } = facts;
  const inputs = new Map([['own', blobs.get('predictions') as Uint8Array]]);
  const side = { candidates: candidates.length, best: best as number, bestWithout };
  const { own } = run('evaluate', { ...data, inputs }, { ...args, own: side, global: null }).facts;
  return own as SideScores;
}
