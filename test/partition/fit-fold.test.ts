import { afterEach, expect, it, vi } from 'vitest';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('the time of a fold is that of the fit and of predicting its rows', () => {
  const spec = machineSpec({ algorithms: ['knn'] });
  const data = partitionData(machineFrame({ car: 90 }), spec);
  const [candidate] = spec.candidates;
  if (candidate === undefined) throw new RangeError('There is no candidate.');
  const args = { spec, task: spec.target.task, classes: STATUSES, scope: 'own' as const };
  // Every look at the clock is a millisecond after the last.
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now++);
  const { facts } = run('train-fold', data, { ...args, cutoffs: [], candidate, fold: 0, share: 1 });
  expect(facts.fitMs).toBe(2);
});
