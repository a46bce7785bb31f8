import { beforeAll, describe, expect, it } from 'vitest';
import { seededDraws } from '../support/draws.ts';
import { workOf } from '../support/work.ts';
import {
  type Disturbance,
  type Ended,
  runDisturbed,
  TARGETS,
  type Target,
} from './disturbed-run.ts';

/** `npm run chaos -- --kills 200` asks for more seeds; five processes are killed, five told to end, and two stopped, for each. */
const SEEDS = Math.max(1, Math.round(Number(process.env['PARTITA_KILLS'] ?? 50) / 50));
const PARTITIONS = 20;

const work = workOf(PARTITIONS, 300, [
  { random_forest: { trees: 400 } },
  { gradient_boosting: { rounds: 100 } },
]);

/** The targets in an order, and at points of the training, that a seed tells. */
function disturbancesOf(
  seed: number,
  signal: Disturbance['signal'],
  targets: readonly Target[],
): readonly Disturbance[] {
  const draws = seededDraws(seed);
  const order = targets.map((target) => ({ target, at: draws.uniform() }));
  const points = targets.map(() => 1 + draws.integer(PARTITIONS - 4)).toSorted((a, b) => a - b);
  return order
    .toSorted((a, b) => a.at - b.at)
    .map(({ target }, i) => ({ target, signal, trained: points[i] as number }));
}

describe('a run whose processes are disturbed one after the other', () => {
  let undisturbed: Ended;

  beforeAll(async () => {
    undisturbed = await runDisturbed(work, []);
    expect([undisturbed.code, undisturbed.faults], undisturbed.stderr).toEqual([0, []]);
    expect(undisturbed.judged['model']).toHaveLength(PARTITIONS + 1);
  }, 600_000);

  const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
  it.each(
    seeds.flatMap((seed) => [
      [seed, 'SIGKILL', TARGETS] as const,
      // Asked to end, each ends what it does first, or is done with it at once.
      [seed, 'SIGTERM', TARGETS] as const,
      // Each stands still for half a minute; more seeds stop the others.
      [seed, 'SIGSTOP', ['worker', TARGETS[seed % TARGETS.length] as Target]] as const,
    ]),
  )(
    'by seed %i and %s is the same run, whole',
    async (seed, signal, targets) => {
      const { code, stderr, judged, faults } = await runDisturbed(
        work,
        disturbancesOf(seed, signal, [...new Set(targets)]),
      );
      expect([code, faults], stderr).toEqual([0, []]);
      expect(judged).toEqual(undisturbed.judged);
    },
    600_000,
  );
});
