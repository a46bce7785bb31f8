import { describe, expect, it } from 'vitest';
import { frameOf, numbers } from '../frames.ts';
import { answers } from '../scikit-learn.ts';
import { feature, fitOn, LINEAR, prepared, stateOf, TREES } from './fits.ts';

describe('missing numbers', () => {
  const gaps = frameOf(numbers('x', answers.gaps));

  it.each(['mean', 'median', 'mode'] as const)('get the %s that scikit-learn learns', (rule) => {
    expect(stateOf(fitOn(gaps, { missing: rule })).fill).toBeCloseTo(answers.fills[rule], 12);
  });

  it('stay missing for an algorithm that takes them, and get the median for one that does not', () => {
    const frame = frameOf(numbers('x', [1, null, 4]));
    expect(feature(fitOn(frame, {}, { supports: TREES }), 'x')).toEqual([1, null, 4]);
    expect(feature(fitOn(frame, {}, { supports: LINEAR }), 'x')).toEqual([1, 2.5, 4]);
  });

  it('are pointed at by a feature of their own where asked', () => {
    const fit = fitOn(frameOf(numbers('x', [1, null, 4])), { missing: 'indicator' });
    expect(feature(fit, 'x_missing')).toEqual([0, 1, 0]);
    expect(prepared(fit, frameOf(numbers('x', [null, 2]))).x_missing).toEqual([1, 0]);
  });

  it('include infinite ones', () => {
    expect(feature(fitOn(frameOf(numbers('x', [1, Infinity, 3])), {}), 'x')).toEqual([1, 2, 3]);
  });

  it.each(['mean', 'median'] as const)('get a %s that is a number among the largest', (rule) => {
    const frame = frameOf(numbers('x', [1e308, null, -1e308, 1e308, -1e308]));
    expect(Number.isFinite(stateOf(fitOn(frame, { missing: rule })).fill)).toBe(true);
  });

  it('take no text', () => {
    expect(() => fitOn(frameOf(numbers('x', [1])), { missing: { constant: 'none' } })).toThrow(
      '"none" can\'t stand in for a missing number in `x`',
    );
  });
});

describe('outliers', () => {
  const gaps = frameOf(numbers('x', answers.gaps));

  it.each(['iqr', 'winsorise', 'zscore'] as const)('are clipped at the borders of %s', (rule) => {
    const { low, high } = stateOf(fitOn(gaps, { outliers: rule })).clip as {
      low: number;
      high: number;
    };
    expect(low).toBeCloseTo(answers.clips[rule][0], 12);
    expect(high).toBeCloseTo(answers.clips[rule][1], 12);
  });

  it('are clipped at prediction as in training', () => {
    const fit = fitOn(frameOf(numbers('x', [0, 1, 2, 3, 4])), { outliers: { winsorise: 0.25 } });
    expect(prepared(fit, frameOf(numbers('x', [-50, 2, 50]))).x).toEqual([1, 2, 3]);
  });

  it('are left alone where clipping would make the column constant', () => {
    const values = [0, 0, 0, 0, 0, 0, 0, 5];
    expect(feature(fitOn(frameOf(numbers('x', values)), { outliers: 'iqr' }), 'x')).toEqual(values);
  });
});

describe('scaling', () => {
  it.each(['standard', 'min_max', 'robust'] as const)(
    '%s gives what scikit-learn gives',
    (rule) => {
      const column = answers.columns[1] as readonly number[];
      const found = feature(fitOn(frameOf(numbers('x', column)), { scale: rule }), 'x');
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(answers.scales[rule][i] as number, 12);
      });
    },
  );

  it.each(['standard', 'min_max', 'robust'] as const)('%s makes zeros of a constant', (rule) => {
    const fit = fitOn(frameOf(numbers('x', [0.1, 0.1, 0.1])), { scale: rule });
    expect(feature(fit, 'x')).toEqual([0, 0, 0]);
    expect(prepared(fit, frameOf(numbers('x', [1.1]))).x?.[0]).toBeCloseTo(1, 12);
  });

  it('bounds what is far beyond all training values', () => {
    const fit = fitOn(frameOf(numbers('x', [1e-9, 2e-9])), { scale: 'min_max' });
    expect(prepared(fit, frameOf(numbers('x', [1e300, -1e300]))).x).toEqual([1e12, -1e12]);
  });

  it('is on by default where the algorithm needs it', () => {
    const frame = frameOf(numbers('x', [1, 3]));
    expect(feature(fitOn(frame, { scale: 'auto' }, { supports: LINEAR }), 'x')).toEqual([-1, 1]);
    expect(feature(fitOn(frame, { scale: 'auto' }, { supports: TREES }), 'x')).toEqual([1, 3]);
  });
});

it.each(['standard', 'min_max', 'robust'] as const)(
  'the largest numbers are scaled by %s into numbers that can be stored and used',
  (scale) => {
    const frame = frameOf(numbers('x', [1e308, -1e308, 1e308, -1e308, 0]));
    const fit = fitOn(frame, { scale });
    const { centre, spread } = stateOf(fit).scaling as { centre: number; spread: number };
    expect([centre, spread].every(Number.isFinite)).toBe(true);
    const found = feature(fit, 'x') as number[];
    expect(found.every((value) => Math.abs(value) <= 2)).toBe(true);
    expect(found[0]).toBeGreaterThan(found[1] as number);
  },
);
