import { describe, expect, it } from 'vitest';
import { PARTITIONS, trial, type World } from '../support/tiny-partitions.ts';

const WORLDS: { readonly [name: string]: World } = {
  'of one function': { task: 'regression', spread: () => 0 },
  'of functions that differ a little': { task: 'regression', spread: () => 0.5 },
  'of functions that have little in common': { task: 'regression', spread: () => 3 },
  'half of one function, half of their own': {
    task: 'regression',
    spread: (place) => (place % 2 === 0 ? 0 : 3),
  },
  'of one function, by class': { task: 'classification', spread: () => 0 },
  'of functions that have little in common, by class': {
    task: 'classification',
    spread: () => 6,
  },
};

describe('own and global together, in partitions of 3 to 30 rows', () => {
  for (const [name, world] of Object.entries(WORLDS))
    it(`are in the mean no more than 2 % worse than the better of both: ${name}`, () => {
      const { own, global, served, answered } = trial(world, 31);
      expect(answered).toBe(PARTITIONS);
      expect(served).toBeLessThanOrEqual(1.02 * Math.min(own, global));
    });
});
