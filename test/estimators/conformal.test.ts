import { describe, expect, it } from 'vitest';
import { conformalReach } from '../../src/estimators/conformal.ts';
import { seededDraws } from '../support/draws.ts';

const upTo = (count: number) => Float64Array.from({ length: count }, (_, i) => count - i);

describe('the width of a prediction interval', () => {
  it('is the error at the rank that leaves the level to the next row, and in no order before', () => {
    expect(conformalReach(upTo(9), 0.9)).toBe(9);
    expect(conformalReach(upTo(19), 0.9)).toBe(18);
    expect(conformalReach(upTo(29), 0.9)).toBe(27);
    expect(conformalReach(upTo(39), 0.8)).toBe(32);
  });

  it('is unknown where rows are too few for the level', () => {
    expect(conformalReach(new Float64Array(0), 0.5)).toBeNull();
    expect(conformalReach(upTo(8), 0.9)).toBeNull();
    expect(conformalReach(upTo(18), 0.95)).toBeNull();
    expect(conformalReach(upTo(19), 0.95)).toBe(19);
  });

  it('leaves what it reads as it was', () => {
    const errors = upTo(30);
    conformalReach(errors, 0.9);
    expect(errors).toEqual(upTo(30));
  });

  it.each([9, 12, 25, 100])(
    'holds the next of %d rows with the level at least, and little more',
    (count) => {
      const draws = seededDraws(count);
      const tries = 4000;
      let held = 0;
      for (let i = 0; i < tries; i++) {
        const errors = Float64Array.from({ length: count }, () => Math.abs(draws.normal()) ** 3);
        const reach = conformalReach(errors, 0.8) as number;
        if (Math.abs(draws.normal()) ** 3 <= reach) held++;
      }
      const exact = Math.ceil((count + 1) * 0.8) / (count + 1);
      const error = Math.sqrt((exact * (1 - exact)) / tries);
      expect(Math.abs(held / tries - exact)).toBeLessThan(4 * error);
    },
  );
});
