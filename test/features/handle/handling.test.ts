import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapesOf } from '../../../src/features/column-shape.ts';
import { fitHandling } from '../../../src/features/handle/fit-handling.ts';
import { loadHandling } from '../../../src/features/handle/handling.ts';
import { checkHandling } from '../../../src/features/handle/rules.ts';
import { type Frame, matrixColumn, takeMatrixRows, takeRows } from '../../../src/frame/frame.ts';
import type { Handle } from '../../../src/spec/features.ts';
import { allRows, frameOf, numbers, texts, times } from '../frames.ts';
import { classesOf, fitOn, LINEAR, PLAIN, TREES, valuesOf } from './fits.ts';

const handles: fc.Arbitrary<Handle> = fc.record<Handle>({
  missing: fc.constantFrom<Handle['missing']>('auto', 'mean', 'median', 'mode', 'indicator', {
    constant: 3,
  }),
  outliers: fc.constantFrom<Handle['outliers']>('none', 'iqr', 'winsorise', { zscore: 1 }),
  encode: fc.constantFrom('auto', 'one_hot', 'ordinal', 'frequency', 'target'),
  scale: fc.constantFrom('auto', 'none', 'standard', 'min_max', 'robust'),
  imbalance: fc.constantFrom('none', 'class_weights', 'over_sample', 'under_sample'),
  columns: fc.constant({}),
});
const supports = fc.constantFrom(TREES, LINEAR);

const cells = fc.tuple(
  fc.option(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(1e300, -1e300, Infinity))),
  fc.option(fc.constantFrom('a', 'b', 'c', 'd')),
  fc.nat({ max: 2 }),
);
type Cell = readonly [number | null, string | null, number];

function frameFrom(rows: readonly Cell[]): Frame {
  return frameOf(
    numbers(
      'x',
      rows.map(([x]) => x),
    ),
    texts(
      'c',
      rows.map(([, c]) => c),
    ),
  );
}

function fitFrom(
  rows: readonly Cell[],
  handle: Handle,
  options: { supports: typeof TREES; rows?: Int32Array },
) {
  return fitHandling({
    frame: frameFrom(rows),
    columns: ['x', 'c'],
    target: classesOf(
      rows.map(([, , y]) => y),
      ['u', 'v', 'w'],
    ),
    rows: allRows(rows.length),
    handle,
    seed: 3n,
    ...options,
  });
}

const tables = fc.array(cells, { minLength: 1, maxLength: 25 });

describe('handling', () => {
  it('gives one row per asked row and one column per name, and NaN only to those who take it', () => {
    fc.assert(
      fc.property(tables, tables, handles, supports, (train, later, handle, takes) => {
        const { handling, training } = fitFrom(train, handle, { supports: takes });
        const rows = allRows(later.length).reverse();
        const matrix = handling.transform(frameFrom(later), rows);
        expect(matrix.names).toEqual(handling.featureNames);
        expect(matrix.data.length).toBe(later.length * matrix.names.length);
        const isTaken = takes.missing
          ? (v: number) => Number.isNaN(v) || Number.isFinite(v)
          : Number.isFinite;
        expect([...matrix.data, ...training.x.data].every(isTaken)).toBe(true);
        expect(training.x.rowCount).toBe(training.rows.length);
      }),
    );
  });

  it('learns from training rows alone', () => {
    fc.assert(
      fc.property(tables, tables, handles, supports, (train, others, handle, takes) => {
        const rows = allRows(train.length);
        const alone = fitFrom(train, handle, { supports: takes, rows });
        const among = fitFrom([...train, ...others], handle, { supports: takes, rows });
        expect(among.handling.toJson()).toEqual(alone.handling.toJson());
        expect(among.training).toEqual(alone.training);
        expect(among.edits).toEqual(alone.edits);
      }),
    );
  });

  it('reads back from JSON as it was', () => {
    fc.assert(
      fc.property(tables, tables, handles, supports, (train, later, handle, takes) => {
        const { handling } = fitFrom(train, handle, { supports: takes });
        const loaded = loadHandling(JSON.parse(JSON.stringify(handling.toJson())));
        expect(loaded.featureNames).toEqual(handling.featureNames);
        expect(loaded.transform(frameFrom(later))).toEqual(handling.transform(frameFrom(later)));
      }),
    );
  });

  it('prepares each row by itself, in the order asked for', () => {
    fc.assert(
      fc.property(tables, handles, supports, fc.nat(), (table, handle, takes, shift) => {
        const { handling } = fitFrom(table, handle, { supports: takes });
        const rows = allRows(table.length).map((row) => (row + shift) % table.length);
        const whole = handling.transform(frameFrom(table));
        expect(handling.transform(takeRows(frameFrom(table), rows))).toEqual(
          takeMatrixRows(whole, rows),
        );
      }),
    );
  });

  it('gives training rows what prediction would, unless rows are resampled or targets encoded', () => {
    fc.assert(
      fc.property(tables, handles, supports, (table, handle, takes) => {
        fc.pre(handle.imbalance === 'none' && handle.encode !== 'target');
        const { handling, training } = fitFrom(table, handle, { supports: takes });
        expect(training.x).toEqual(handling.transform(frameFrom(table)));
      }),
    );
  });

  it('says what it did to the training rows, by column and rule', () => {
    const frame = frameOf(
      numbers('x', [1, 2, 3, 4, 100, null]),
      texts('c', ['a', 'a', 'b', null, 'a', 'b']),
    );
    const { edits } = fitOn(frame, {
      missing: 'median',
      outliers: 'iqr',
      encode: 'one_hot',
      scale: 'standard',
    });
    expect(edits).toEqual([
      { column: 'x', rule: 'outliers: iqr', count: 1 },
      { column: 'x', rule: 'missing: median', count: 1 },
      { column: 'x', rule: 'scale: standard', count: 6 },
      { column: 'c', rule: 'missing: median', count: 1 },
      { column: 'c', rule: 'encode: one_hot', count: 6 },
    ]);
  });

  it('lets a column have rules of its own', () => {
    const frame = frameOf(numbers('x', [1, null]), numbers('y', [4, null]));
    const { training } = fitOn(frame, {
      missing: 'mean',
      columns: { y: { missing: { constant: 9 } } },
    });
    expect([...training.x.data]).toEqual([1, 1, 4, 9]);
  });

  it('makes a constant of a column without values, whatever comes later', () => {
    const frame = frameOf(numbers('x', [null, null]), texts('c', [null, null]));
    const { handling, edits } = fitOn(frame, {}, { supports: TREES });
    const later = handling.transform(frameOf(numbers('x', [5]), texts('c', ['new'])));
    expect(later).toEqual({ rowCount: 1, names: ['x', 'c'], data: Float64Array.of(0, 0) });
    expect(edits.map(({ rule, count }) => [rule, count])).toEqual([
      ['missing: no value', 2],
      ['missing: no value', 2],
    ]);
  });

  it('refuses a frame that lacks a column or holds another kind of it', () => {
    const { handling } = fitOn(frameOf(numbers('x', [1, 2])), {});
    expect(() => handling.transform(frameOf(numbers('y', [1])))).toThrow(
      'The data has no column `x`',
    );
    expect(() => handling.transform(frameOf(texts('x', ['1'])))).toThrow(
      'Column `x` holds text, and the model was trained on numbers.',
    );
  });

  it('takes no raw timestamp for a feature', () => {
    expect(() => fitOn(frameOf(times('at', ['2026-01-01T00:00:00Z'])), {})).toThrow(RangeError);
  });
});

describe('loadHandling', () => {
  const good = () =>
    JSON.parse(
      JSON.stringify(
        fitOn(frameOf(texts('c', ['a', 'b'])), { encode: 'ordinal' }).handling.toJson(),
      ),
    );

  it.each([
    ['nothing', () => null],
    ['an unknown version', () => ({ ...good(), version: 2 })],
    ['an unknown field', () => ({ ...good(), extra: 1 })],
    ['an unknown kind', () => ({ version: 1, columns: [{ kind: 'code', column: 'x' }] })],
    [
      'a spread of zero',
      () => ({
        version: 1,
        columns: [
          {
            kind: 'number',
            column: 'x',
            clip: null,
            fill: 1,
            indicator: false,
            scaling: { centre: 0, spread: 0 },
          },
        ],
      }),
    ],
    [
      'levels that repeat',
      () => {
        const state = good();
        state.columns[0].levels = ['a', 'a'];
        return state;
      },
    ],
    [
      'a level without a value',
      () => {
        const state = good();
        state.columns[0].encoding.features[0].values.pop();
        return state;
      },
    ],
    [
      'a filling level that does not exist',
      () => {
        const state = good();
        state.columns[0].fill = 'z';
        return state;
      },
    ],
  ])('refuses %s', (_, make) => {
    expect(() => loadHandling(make())).toThrow(/^The stored handling is damaged at/);
  });
});

describe('checkHandling', () => {
  const shapes = shapesOf(frameOf(numbers('rpm', [1]), texts('mode', ['a'])));
  const checking =
    (columns: Handle['columns'], handle: Partial<Handle> = {}) =>
    () =>
      checkHandling(shapes, { ...PLAIN, ...handle, columns });

  it('names the nearest feature for a rule about none', () => {
    expect(checking({ rmp: { scale: 'none' } })).toThrow(
      'There is no feature `rmp`. Did you mean `rpm`?',
    );
  });

  it('refuses rules that do nothing to a column of that kind', () => {
    expect(checking({ rpm: { encode: 'one_hot' } })).toThrow('Declare `text` in columns.types');
    expect(checking({ mode: { outliers: 'iqr' } })).toThrow('`mode` holds text');
    expect(checking({ rpm: { missing: { constant: 'none' } } })).toThrow(
      "can't stand in for a missing number",
    );
  });

  it('lets rules stand that fit', () => {
    expect(checking({ rpm: { scale: 'robust' }, mode: { encode: 'target' } })()).toBe(undefined);
  });
});

describe('dropping rows', () => {
  const frame = frameOf(
    numbers('x', [1, null, 3, 7]),
    texts('c', ['a', 'b', null, 'b']),
    numbers('all', [null, null, null, null]),
  );

  it('leaves rows with gaps out of training, and fills them at prediction', () => {
    const { handling, training, edits } = fitOn(
      frame,
      { missing: 'drop', encode: 'one_hot' },
      { target: valuesOf([5, 6, 7, 8]) },
    );
    expect(training.rows).toEqual(Int32Array.of(0, 3));
    expect(training.target).toEqual(valuesOf([5, 8]));
    expect([...matrixColumn(handling.transform(frame), 0)]).toEqual([1, 4, 3, 7]);
    expect(edits).toContainEqual({ column: 'x', rule: 'missing: drop', count: 1 });
  });

  it('fails with the way out when no row would be left', () => {
    const holes = frameOf(numbers('x', [1, null]), numbers('y', [null, 1]));
    expect(() => fitOn(holes, { missing: 'drop' })).toThrow(
      'Every training row has a missing value',
    );
  });
});
