import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameOf, texts } from '../frames.ts';
import { classesOf, feature, fitOn, prepared, TREES, valuesOf } from './fits.ts';

describe('one-hot encoding', () => {
  it('makes a feature per training level, and zeros of a level it has not seen', () => {
    const fit = fitOn(frameOf(texts('c', ['b', 'a', 'b'])), { encode: 'one_hot' });
    expect(prepared(fit, frameOf(texts('c', ['a', 'b', 'new', null])))).toEqual({
      'c=a': [1, 0, 0, 0],
      'c=b': [0, 1, 0, 0],
    });
  });

  it('gives missing a feature where training rows have it', () => {
    const fit = fitOn(frameOf(texts('c', ['a', null])), { encode: 'one_hot' });
    expect(prepared(fit, frameOf(texts('c', [null, 'a', 'new'])))).toEqual({
      'c=a': [0, 1, 0],
      c_missing: [1, 0, 0],
    });
  });

  it('never has more than one 1 in a row', () => {
    const cells = fc.array(fc.option(fc.constantFrom('a', 'b', 'c')), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(cells, cells, (train, later) => {
        fc.pre(train.some((cell) => cell !== null));
        const matrix = prepared(
          fitOn(frameOf(texts('c', train)), { encode: 'one_hot' }),
          frameOf(texts('c', later)),
        );
        later.forEach((_, row) => {
          const sum = Object.values(matrix).reduce(
            (total, values) => total + (values[row] ?? 0),
            0,
          );
          expect(sum).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('refuses a column with more levels than memory should hold', () => {
    const many = Array.from({ length: 1001 }, (_, i) => `level ${i}`);
    expect(() => fitOn(frameOf(texts('c', many)), { encode: 'one_hot' })).toThrow(
      'Column `c` has 1001 levels, more than the 1000 that one_hot takes.',
    );
  });
});

describe('other encodings', () => {
  it('ordinal: codes in code-unit order, unseen and missing as the algorithm takes it', () => {
    const train = frameOf(texts('c', ['b', 'B', 'a']));
    const later = frameOf(texts('c', ['B', 'a', 'b', 'new', null]));
    expect(prepared(fitOn(train, { encode: 'ordinal' }), later).c).toEqual([0, 1, 2, -1, -1]);
    expect(prepared(fitOn(train, { encode: 'ordinal' }, { supports: TREES }), later).c).toEqual([
      0,
      1,
      2,
      null,
      null,
    ]);
  });

  it('frequency: shares of the training rows, missing included', () => {
    const fit = fitOn(frameOf(texts('c', ['a', 'a', 'b', null])), { encode: 'frequency' });
    expect(prepared(fit, frameOf(texts('c', ['a', 'b', null, 'new']))).c_frequency).toEqual([
      0.5, 0.25, 0.25, 0,
    ]);
  });

  it('text that a rule fills takes the most frequent level, or the constant', () => {
    const frame = frameOf(texts('c', ['b', 'b', 'a', null]));
    expect(feature(fitOn(frame, { missing: 'median', encode: 'ordinal' }), 'c')).toEqual([
      1, 1, 0, 1,
    ]);
    expect(feature(fitOn(frame, { missing: { constant: 'z' }, encode: 'ordinal' }), 'c')).toEqual([
      1, 1, 0, 2,
    ]);
  });

  it('auto: features per level for linear algorithms, codes for trees, targets beyond 64 levels', () => {
    const few = frameOf(texts('c', ['a', 'b']));
    const many = frameOf(
      texts(
        'c',
        Array.from({ length: 65 }, (_, i) => `l${i}`),
      ),
    );
    expect(fitOn(few, {}).handling.featureNames).toEqual(['c=a', 'c=b']);
    expect(fitOn(few, {}, { supports: TREES }).handling.featureNames).toEqual(['c']);
    expect(fitOn(many, {}).handling.featureNames).toEqual(['c_target']);
    expect(fitOn(many, {}, { supports: TREES }).handling.featureNames).toEqual(['c_target', 'c']);
  });
});

describe('target encoding', () => {
  const frame = frameOf(texts('c', ['a', 'a', 'b', null]));

  it('gives each level its mean, drawn to the overall mean by ten rows', () => {
    const fit = fitOn(frame, { encode: 'target' }, { target: valuesOf([4, 8, 0, 4]) });
    expect(prepared(fit, frameOf(texts('c', ['a', 'b', null, 'new']))).c_target).toEqual([
      (12 + 10 * 4) / 12,
      (0 + 10 * 4) / 11,
      (4 + 10 * 4) / 11,
      4,
    ]);
  });

  it('weighs rows', () => {
    const fit = fitOn(
      frameOf(texts('c', ['a', 'b'])),
      { encode: 'target' },
      { target: valuesOf([0, 1]), weights: Float64Array.of(1, 3) },
    );
    expect(prepared(fit, frameOf(texts('c', ['new']))).c_target).toEqual([0.75]);
  });

  it('has a feature per class where there are more than two', () => {
    const two = fitOn(frame, { encode: 'target' }, { target: classesOf([1, 0, 1, 1]) });
    const three = fitOn(
      frame,
      { encode: 'target' },
      { target: classesOf([0, 1, 2, 2], ['u', 'v', 'w']) },
    );
    expect(two.handling.featureNames).toEqual(['c_target']);
    expect(prepared(two, frameOf(texts('c', ['new']))).c_target).toEqual([0.75]);
    expect(three.handling.featureNames).toEqual(['c_target=u', 'c_target=v', 'c_target=w']);
  });

  it('never shows a training row its own target', () => {
    const table = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 9 })),
      {
        minLength: 2,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(table, fc.nat(), (rows, pick) => {
        const changed = pick % rows.length;
        const frameOfRows = frameOf(
          texts(
            'c',
            rows.map(([c]) => c),
          ),
        );
        const encoded = (bump: number) =>
          feature(
            fitOn(
              frameOfRows,
              { encode: 'target' },
              { target: valuesOf(rows.map(([, y], i) => y + (i === changed ? bump : 0))) },
            ),
            'c_target',
          )[changed];
        expect(encoded(1000)).toBe(encoded(0));
      }),
    );
  });

  it('tells nothing about a target that is noise, even when every row has a level of its own', () => {
    const rows = Array.from({ length: 200 }, (_, i) => i);
    const noise = rows.map((i) => (i * 7919) % 13);
    const fit = fitOn(
      frameOf(
        texts(
          'id',
          rows.map((i) => `id ${i}`),
        ),
      ),
      { encode: 'target' },
      { target: valuesOf(noise) },
    );
    const encoded = feature(fit, 'id_target') as readonly number[];
    // Each part of the rows has one value: the mean of the other parts.
    expect(new Set(encoded).size).toBe(5);
  });
});
