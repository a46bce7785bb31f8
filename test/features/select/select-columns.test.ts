import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Estimator, Target } from '../../../src/estimators/estimator.ts';
import { selectColumns } from '../../../src/features/select/select-columns.ts';
import { meanProduct, standardised } from '../../../src/features/select/standardise.ts';
import { type Frame, matrixColumn } from '../../../src/frame/frame.ts';
import { RANKING_METHODS, type Select, THRESHOLD_METHODS } from '../../../src/spec/features.ts';
import { allRows, frameOf, numbers, texts } from '../frames.ts';
import { classesOf, valuesOf } from '../handle/fits.ts';

/** Importance = |correlation with the target|, so that a test knows what it should find. */
const correlation: Estimator = {
  id: 'correlation',
  tasks: ['classification', 'regression'],
  supports: {
    missing: false,
    weights: true,
    probabilities: false,
    importance: true,
    randomness: false,
    scaledInput: false,
  },
  parameters: z.strictObject({}),
  space: {},
  fit: (x, y) => ({
    algorithm: 'correlation',
    predict: () => new Float64Array(x.rowCount),
    importance: () => {
      const response = standardised(y.kind === 'values' ? y.values : Float64Array.from(y.codes));
      return Float64Array.from(x.names, (_, i) => {
        const column = standardised(matrixColumn(x, i));
        return column && response ? Math.abs(meanProduct(column, response)) : 0;
      });
    },
    toBytes: () => new Uint8Array(),
    toJson: () => null,
  }),
  load: () => {
    throw new Error('Never stored.');
  },
};

function select(frame: Frame, target: Target, select: Select, rows = allRows(frame.rowCount)) {
  const columns = frame.columns.map(({ name }) => name);
  return selectColumns(frame, columns, target, rows, select, { seed: 5n, estimator: correlation });
}

/** 40 rows: `signal` decides both targets, `weak` follows loosely, the rest is noise. */
const rows = Array.from({ length: 40 }, (_, i) => i);
const noise = (k: number) => rows.map((i) => ((i * 7919 + k * 104_729) % 97) / 97);
const signal = rows.map((i) => i % 20);
const table = frameOf(
  numbers('noise 1', noise(1)),
  numbers('signal', signal),
  numbers('noise 2', noise(2)),
  numbers(
    'weak',
    signal.map((v, i) => v + 30 * (noise(3)[i] as number)),
  ),
  texts(
    'flag',
    signal.map((v, i) => (v + (i % 5) > 12 ? 'high' : 'low')),
  ),
  texts(
    'noise 3',
    noise(4).map((v) => (v > 0.5 ? 'x' : 'y')),
  ),
);
const byClass = classesOf(signal.map((v) => (v >= 10 ? 1 : 0)));
const byValue = valuesOf(signal.map((v) => 2 * v - 3));

describe('selectColumns', () => {
  it.each(RANKING_METHODS)('%s puts first what decides the target', (method) => {
    expect(select(table, byClass, { method, keep: 1 }).kept).toEqual(['signal']);
    if (method !== 'chi_square')
      expect(select(table, byValue, { method, keep: 1 }).kept).toEqual(['signal']);
  });

  it.each(RANKING_METHODS.filter((method) => method !== 'l1'))(
    '%s prefers what tells about the target, in the order of the columns',
    (method) => {
      const { kept } = select(table, byClass, { method, keep: 3 });
      expect(kept).toEqual(['signal', 'weak', 'flag']);
    },
  );

  it('asks a random forest where no other algorithm is named', () => {
    const columns = table.columns.map(({ name }) => name);
    for (const method of ['importance', 'recursive_elimination'] as const)
      for (const target of [byClass, byValue]) {
        const chosen = selectColumns(
          table,
          columns,
          target,
          allRows(40),
          { method, keep: 1 },
          { seed: 5n },
        );
        expect(chosen.kept).toEqual(['signal']);
      }
  });

  it.each(RANKING_METHODS)(
    '%s keeps half of the columns, rounded up, when nothing is said',
    (method) => {
      expect(select(table, byClass, { method }).kept).toHaveLength(3);
      expect(select(frameOf(...table.columns.slice(0, 3)), byClass, { method }).kept).toHaveLength(
        2,
      );
      expect(select(table, byClass, { method, keep: 99 }).dropped).toEqual([]);
    },
  );

  it.each(RANKING_METHODS)(
    '%s ranks a constant behind a signal and copes with nothing else',
    (method) => {
      const frame = frameOf(
        numbers(
          'constant',
          rows.map(() => 1),
        ),
        numbers('signal', signal),
      );
      expect(select(frame, byClass, { method, keep: 1 }).kept).toEqual(['signal']);
      const constants = frameOf(numbers('a', [1, 1]), numbers('b', [2, 2]));
      expect(select(constants, classesOf([0, 1]), { method, keep: 1 }).kept).toEqual(['a']);
      expect(select(table, classesOf(rows.map(() => 0)), { method, keep: 2 }).kept).toHaveLength(2);
    },
  );

  it('says of every dropped column why', () => {
    const { dropped } = select(table, byClass, { method: 'importance', keep: 5 });
    expect(dropped).toEqual([
      {
        column: 'noise 3',
        because: 'rank 6 of 6 by importance; 5 kept',
        score: expect.any(Number) as number,
      },
    ]);
  });

  it('keeps everything by default', () => {
    expect(select(table, byClass, { method: 'none' })).toEqual({
      method: 'none',
      kept: ['noise 1', 'signal', 'noise 2', 'weak', 'flag', 'noise 3'],
      dropped: [],
    });
  });

  it('variance drops constants, or what varies too little', () => {
    const frame = frameOf(
      numbers('constant', [0.1, 0.1, 0.1]),
      numbers('x', [1, 2, 3]),
      numbers('y', [0, 9, 0]),
    );
    const target = valuesOf([1, 2, 3]);
    expect(select(frame, target, { method: 'variance' })).toMatchObject({
      kept: ['x', 'y'],
      dropped: [{ column: 'constant', because: 'variance 0 is not above 0', score: 0 }],
    });
    expect(select(frame, target, { method: 'variance', threshold: 1 }).kept).toEqual(['y']);
  });

  it('missing_rate drops what is mostly missing', () => {
    const frame = frameOf(numbers('x', [1, null, null]), texts('c', ['a', null, 'b']));
    expect(select(frame, valuesOf([1, 2, 3]), { method: 'missing_rate' })).toMatchObject({
      kept: ['c'],
      dropped: [
        {
          column: 'x',
          because: 'missing in 66.7 % of the training rows, more than 50 %',
          score: 2 / 3,
        },
      ],
    });
  });

  it('correlation drops the later of two numbers that say the same, and no text', () => {
    const frame = frameOf(
      numbers('x', [1, 2, 3, 4]),
      numbers('minus', [-2, -4, -6, -8]),
      numbers('other', [1, -1, 1, -1]),
      texts('c', ['a', 'b', 'c', 'd']),
    );
    expect(select(frame, valuesOf([1, 2, 3, 4]), { method: 'correlation' })).toMatchObject({
      kept: ['x', 'other', 'c'],
      dropped: [{ column: 'minus', because: 'correlates 1.000 with x, above 0.95' }],
    });
  });

  it.each(THRESHOLD_METHODS)('%s leaves one column where all would go', (method) => {
    const frame = frameOf(numbers('a', [null, null]), numbers('b', [null, null]));
    const { kept, dropped } = select(frame, valuesOf([1, 2]), { method, threshold: 0 });
    expect(kept[0]).toBe('a');
    expect(kept.length + dropped.length).toBe(2);
  });

  it('gives an identifier no credit for telling every row apart', () => {
    const frame = frameOf(
      texts(
        'id',
        rows.map((i) => `id ${i}`),
      ),
      numbers('signal', signal),
    );
    expect(select(frame, byClass, { method: 'mutual_information', keep: 1 }).kept).toEqual([
      'signal',
    ]);
    expect(select(frame, byClass, { method: 'chi_square', keep: 1 }).kept).toEqual(['signal']);
  });

  it('refuses an algorithm that does not say which columns it uses', () => {
    const silent: Estimator = {
      ...correlation,
      fit: () => ({
        algorithm: 'correlation',
        predict: () => new Float64Array(),
        toBytes: () => new Uint8Array(),
        toJson: () => null,
      }),
    };
    const choose = () =>
      selectColumns(
        table,
        ['signal', 'weak'],
        byClass,
        allRows(40),
        { method: 'importance' },
        { seed: 5n, estimator: silent },
      );
    expect(choose).toThrow('The algorithm correlation does not say which columns it uses');
  });
});

describe('recursive elimination', () => {
  it('drops until the asked number is left, and scores by rounds survived', () => {
    const { kept, dropped } = select(table, byValue, { method: 'recursive_elimination', keep: 2 });
    expect(kept).toEqual(['signal', 'flag']);
    expect(dropped.map(({ score }) => score)).toEqual([3, 2, 1, 0]);
  });
});

describe('selection', () => {
  const methods = fc.constantFrom<Select['method']>(
    'none',
    ...THRESHOLD_METHODS,
    ...RANKING_METHODS,
  );
  const cells = fc.tuple(
    fc.option(fc.integer({ min: -9, max: 9 })),
    fc.option(fc.constantFrom('a', 'b', 'c')),
    fc.integer({ min: 0, max: 5 }),
    fc.nat({ max: 2 }),
  );
  type Cells = readonly (readonly [number | null, string | null, number, number])[];
  const tables = fc.array(cells, { minLength: 1, maxLength: 20 });
  const frameFrom = (cells: Cells) =>
    frameOf(
      numbers(
        'x',
        cells.map(([x]) => x),
      ),
      texts(
        'c',
        cells.map(([, c]) => c),
      ),
      numbers(
        'z',
        cells.map(([, , z]) => z),
      ),
    );
  const targetFrom = (cells: Cells) =>
    classesOf(
      cells.map(([, , , y]) => y),
      ['u', 'v', 'w'],
    );

  it('looks at training rows alone, and parts all columns into kept and dropped', () => {
    fc.assert(
      fc.property(tables, tables, methods, (train, others, method) => {
        const alone = select(frameFrom(train), targetFrom(train), { method });
        const all = [...train, ...others];
        expect(select(frameFrom(all), targetFrom(all), { method }, allRows(train.length))).toEqual(
          alone,
        );
        const named = [...alone.kept, ...alone.dropped.map(({ column }) => column)];
        expect(named.sort()).toEqual(['c', 'x', 'z']);
        expect(alone.kept.length).toBeGreaterThan(0);
        expect(JSON.parse(JSON.stringify(alone))).toEqual(alone);
      }),
    );
  });
});
