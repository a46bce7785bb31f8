import { expect, it } from 'vitest';
import type { SpecWishes } from '../support/partita.ts';
import { workOf } from '../support/work.ts';
import { type Disturbance, runDisturbed } from './disturbed-run.ts';

const PARTITIONS = 12;
const { csv, spec } = workOf(PARTITIONS, 300, [{ random_forest: { trees: 400 } }]);
const selecting: SpecWishes = { ...spec, features: { select: { method: 'anova', keep: 2 } } };
const before: SpecWishes = { ...selecting, algorithms: ['logistic'] };

const killed = (target: Disturbance['target'], trained: number): Disturbance => ({
  target,
  signal: 'SIGKILL',
  trained,
});

it('a run that takes over what another one selected is the same, killed or not, as one that selects itself', async () => {
  const alone = await runDisturbed({ csv, spec: selecting }, []);
  expect([alone.code, alone.faults, alone.takenSelections], alone.stderr).toEqual([0, [], 0]);
  expect(alone.judged['fold_selection']).toHaveLength(PARTITIONS + 1);
  const kills = [killed('pool', 2), killed('worker', 5), killed('postgres', 8)];
  const ended = await runDisturbed({ csv, spec: selecting, before }, kills);
  expect([ended.code, ended.faults, ended.disturbed], ended.stderr).toEqual([0, [], kills.length]);
  expect(ended.takenSelections).toBe(PARTITIONS + 1);
  expect(ended.judged).toEqual(alone.judged);
}, 600_000);
