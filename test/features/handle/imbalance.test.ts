import { describe, expect, it } from 'vitest';
import type { Handle } from '../../../src/spec/features.ts';
import { frameOf, numbers } from '../frames.ts';
import { answers } from '../scikit-learn.ts';
import { classesOf, fitOn, LINEAR } from './fits.ts';

describe('imbalance', () => {
  const codes = [0, 0, 0, 0, 1, 1, 2];
  const target = classesOf(codes, ['u', 'v', 'w']);
  const frame = frameOf(numbers('x', [0, 1, 2, 3, 4, 5, 6]));
  const balanced = (imbalance: Handle['imbalance'], seed = 7n) =>
    fitOn(frame, { imbalance }, { target, seed }).training;
  const classCounts = (rows: Int32Array) =>
    [0, 1, 2].map((code) => rows.reduce((count, row) => count + (codes[row] === code ? 1 : 0), 0));

  it('weighs classes as scikit-learn does', () => {
    const rows = answers.classes.map(() => 0);
    const { training } = fitOn(
      frameOf(numbers('x', rows)),
      { imbalance: 'class_weights' },
      { target: classesOf(answers.classes, ['u', 'v', 'w']) },
    );
    answers.classes.forEach((code, i) => {
      expect(training.weights?.[i]).toBeCloseTo(answers.classWeights[code] as number, 12);
    });
  });

  it('multiplies class weights onto row weights', () => {
    const weights = Float64Array.of(2, 2, 2, 2, 1, 1, 1);
    const { training } = fitOn(frame, { imbalance: 'class_weights' }, { target, weights });
    expect(training.weights?.[0]).toBeCloseTo((2 * 7) / (3 * 4), 12);
    expect(training.weights?.[6]).toBeCloseTo(7 / 3, 12);
  });

  it('repeats rows of rare classes until all classes are as large as the largest', () => {
    const { rows, x, target: drawn } = balanced('over_sample');
    expect(classCounts(rows)).toEqual([4, 4, 4]);
    expect([...x.data]).toEqual([...rows]);
    expect(drawn).toEqual(
      classesOf(
        [...rows].map((row) => codes[row] as number),
        ['u', 'v', 'w'],
      ),
    );
  });

  it('draws rows of frequent classes until all classes are as small as the smallest', () => {
    const { rows, x } = balanced('under_sample');
    expect(classCounts(rows)).toEqual([1, 1, 1]);
    expect([...x.data]).toEqual([...rows]);
  });

  it('draws by the seed alone', () => {
    expect(balanced('under_sample', 1n)).toEqual(balanced('under_sample', 1n));
    const draws = Array.from({ length: 20 }, (_, seed) =>
      String(balanced('under_sample', BigInt(seed)).rows),
    );
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('refuses what has no meaning', () => {
    expect(() => fitOn(frame, { imbalance: 'over_sample' })).toThrow(
      'balances classes, and the target is a number',
    );
    const supports = { ...LINEAR, weights: false };
    expect(() => fitOn(frame, { imbalance: 'class_weights' }, { target, supports })).toThrow(
      'takes no weights',
    );
  });
});
