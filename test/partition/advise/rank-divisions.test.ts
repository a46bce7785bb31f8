import { describe, expect, it } from 'vitest';
import { rankDivisions } from '../../../src/partition/advise/rank-divisions.ts';

const division = (lift: number | null, own: number, isPaying = true, columns = 1) => ({
  lift,
  own,
  isPaying,
  columns,
});
const apart = (low: number) => ({
  difference: low,
  interval: { low, high: low + 1 },
  pValue: 0.01,
  rows: 100,
});

describe('ranking divisions', () => {
  it('goes by the lift where that is surely larger', () => {
    const divisions = [division(0.1, 2), division(0.3, 9), division(0.2, 5)];
    expect(rankDivisions(divisions, () => apart(0.01))).toEqual([1, 2, 0]);
  });

  it('gives a tie to the division of fewer models, and of as many to the shorter key', () => {
    const divisions = [division(0.3, 12, true, 2), division(0.29, 4, true, 2), division(0.28, 4)];
    expect(rankDivisions(divisions, () => apart(-0.01))).toEqual([2, 1, 0]);
  });

  it('takes what can not be compared for a tie', () => {
    expect(rankDivisions([division(0.3, 12), division(0.2, 4)], () => null)).toEqual([1, 0]);
  });

  it('puts what does not pay last, by its lift, and what has no lift behind it', () => {
    const divisions = [division(null, 2, false), division(0.9, 2, false), division(0.1, 8)];
    expect(rankDivisions(divisions, () => null)).toEqual([2, 1, 0]);
  });
});
