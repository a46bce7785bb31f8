import { beforeAll, describe, expect, it } from 'vitest';
import { workOf } from '../support/work.ts';
import { type Disturbance, type Ended, runDisturbed } from './disturbed-run.ts';

/** One partition is as large as those are that the threads share: its candidates and folds are tasks of their own. */
const SIZES = [24_000, 300, 300, 300];
const { csv, spec } = workOf(SIZES.length, SIZES, ['logistic', { random_forest: { trees: 400 } }]);

const runOn = (threads: number, disturbances: readonly Disturbance[]): Promise<Ended> =>
  runDisturbed(
    {
      csv,
      spec: {
        ...spec,
        features: { select: { method: 'anova', keep: 2 } },
        partition: { by: 'k', on_small: 'skip' },
        global: { enabled: false },
        engine: { kind: 'local', threads },
      },
    },
    disturbances,
  );

/** Two candidates and the holdout, three classes, doubles. */
const PREDICTED_BYTES = 24_000 * 3 * 3 * 8;

/**
 * Objects with predictions of the large partition: those that are kept, and, where it was divided, those that its candidates
 * were ranked by.
 */
const predictionsOf = ({ objectBytes }: Ended): number =>
  objectBytes.filter((bytes) => bytes === PREDICTED_BYTES).length;

describe('a run that divides its largest partition', () => {
  let whole: Ended;

  beforeAll(async () => {
    whole = await runOn(1, []);
    expect([whole.code, whole.faults], whole.stderr).toEqual([0, []]);
    expect(whole.judged['model']).toHaveLength(SIZES.length);
    expect(predictionsOf(whole)).toBe(1);
  }, 600_000);

  it('ends as one that trains it in one piece', async () => {
    const ended = await runOn(2, []);
    expect([ended.code, ended.faults], ended.stderr).toEqual([0, []]);
    expect(predictionsOf(ended)).toBe(2);
    expect(ended.judged).toEqual(whole.judged);
  }, 600_000);

  it('does so though the pool, the worker and the pool again are killed at its parts', async () => {
    const kill = (target: Disturbance['target']): Disturbance => ({
      target,
      signal: 'SIGKILL',
      trained: 0,
      poolMs: 1_000,
    });
    const ended = await runOn(2, [kill('pool'), kill('worker'), kill('pool')]);
    expect([ended.code, ended.disturbed, ended.faults], ended.stderr).toEqual([0, 3, []]);
    expect(predictionsOf(ended)).toBe(2);
    expect(ended.judged).toEqual(whole.judged);
  }, 600_000);
});
