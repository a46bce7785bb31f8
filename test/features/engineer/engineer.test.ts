import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapesOf } from '../../../src/features/column-shape.ts';
import { engineer } from '../../../src/features/engineer/engineer.ts';
import { engineeredNames } from '../../../src/features/engineer/plan-steps.ts';
import { featuresDigest } from '../../../src/features/features-digest.ts';
import { type Frame, requireColumn, takeRows } from '../../../src/frame/frame.ts';
import type { EngineerStep } from '../../../src/spec/features.ts';
import { allRows, frameOf, listed, numbers, texts, times } from '../frames.ts';

const utc = { timezone: 'UTC' };

function valuesOf(frame: Frame, name: string): readonly (number | null)[] {
  const column = requireColumn(frame, name);
  if (column.kind !== 'number') throw new TypeError(`${name} is no number.`);
  return listed(column.values);
}

function rolled(values: readonly (number | null)[], window: number, stat: string) {
  const step = { rolling: { column: 'x', window, stat } } as EngineerStep;
  return valuesOf(engineer(frameOf(numbers('x', values)), [step], utc), `x_${stat}_${window}`);
}

describe('engineer', () => {
  it('adds lagged columns of the kind of their column, missing in the first rows', () => {
    const frame = frameOf(numbers('rpm', [1, 2, 3]), texts('mode', ['a', null, 'b']));
    const made = engineer(frame, [{ lag: { columns: ['rpm', 'mode'], steps: [1, 5] } }], utc);
    expect(valuesOf(made, 'rpm_lag_1')).toEqual([null, 1, 2]);
    expect(valuesOf(made, 'rpm_lag_5')).toEqual([null, null, null]);
    expect(requireColumn(made, 'mode_lag_1')).toMatchObject({
      kind: 'category',
      codes: Int32Array.of(-1, 0, -1),
    });
  });

  it('computes a statistic over the last rows, the current one included, without missing values', () => {
    const values = [4, null, 1, 3, null, null, null];
    expect(rolled(values, 3, 'mean')).toEqual([4, 4, 2.5, 2, 2, 3, null]);
    expect(rolled(values, 3, 'sum')).toEqual([4, 4, 5, 4, 4, 3, null]);
    expect(rolled(values, 3, 'min')).toEqual([4, 4, 1, 1, 1, 3, null]);
    expect(rolled(values, 3, 'max')).toEqual([4, 4, 4, 3, 3, 3, null]);
    expect(rolled(values, 3, 'count')).toEqual([1, 1, 2, 2, 2, 1, 0]);
    expect(rolled(values, 3, 'median')).toEqual([4, 4, 2.5, 2, 2, 3, null]);
    expect(rolled([2, 4, 9, 14], 3, 'std')).toEqual([null, Math.SQRT2, Math.sqrt(13), 5]);
  });

  it('finds the rolling median that sorting each window finds', () => {
    const cell = fc.option(fc.integer({ min: -4, max: 4 }));
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 9 }),
        (values, window) => {
          const sorted = values.map((_, row) =>
            values
              .slice(Math.max(0, row + 1 - window), row + 1)
              .filter((value) => value !== null)
              .sort((a, b) => a - b),
          );
          const medians = sorted.map((present) => {
            if (present.length === 0) return null;
            const half = present.length / 2;
            return (
              ((present[Math.ceil(half) - 1] as number) + (present[Math.floor(half)] as number)) / 2
            );
          });
          expect(rolled(values, window, 'median').map((x) => (x === 0 ? 0 : x))).toEqual(
            medians.map((x) => (x === 0 ? 0 : x)),
          );
        },
      ),
    );
  });

  it('takes differences of numbers, and seconds between timestamps', () => {
    const frame = frameOf(
      numbers('x', [1, 4, 2]),
      times('at', ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01.500Z', null]),
    );
    const made = engineer(
      frame,
      [
        { difference: { column: 'x', steps: 1 } },
        { difference: { column: 'at', steps: 1, name: 'gap' } },
      ],
      utc,
    );
    expect(valuesOf(made, 'x_difference_1')).toEqual([null, 3, -2]);
    expect(valuesOf(made, 'gap')).toEqual([null, 1.5, null]);
  });

  it('never crosses from one member of a union into the next', () => {
    const frame = frameOf(numbers('x', [1, 2, 3, 10, 20]));
    const made = engineer(
      frame,
      [
        { lag: { columns: ['x'], steps: [1] } },
        { rolling: { column: 'x', window: 2, stat: 'sum' } },
        { rolling: { column: 'x', window: 2, stat: 'median' } },
        { difference: { column: 'x', steps: 2 } },
      ],
      { ...utc, ranges: [{ count: 3 }, { count: 0 }, { count: 2 }] },
    );
    expect(valuesOf(made, 'x_lag_1')).toEqual([null, 1, 2, null, 10]);
    expect(valuesOf(made, 'x_sum_2')).toEqual([1, 3, 5, 10, 30]);
    expect(valuesOf(made, 'x_median_2')).toEqual([1, 1.5, 2.5, 10, 15]);
    expect(valuesOf(made, 'x_difference_2')).toEqual([null, null, 2, null, null]);
  });

  it('refuses ranges that do not hold the rows of the frame', () => {
    const options = { ...utc, ranges: [{ count: 1 }] };
    expect(() => engineer(frameOf(numbers('x', [1, 2])), [], options)).toThrow(RangeError);
  });

  it('makes ratios, products, logarithms and powers, missing where they are no finite number', () => {
    const frame = frameOf(numbers('a', [6, 1, null, 1e200]), numbers('b', [3, 0, 1, -1]));
    const made = engineer(
      frame,
      [{ ratio: ['a', 'b'] }, { log: ['b'] }, { polynomial: { columns: ['a', 'b'], degree: 3 } }],
      utc,
    );
    expect(valuesOf(made, 'a_per_b')).toEqual([2, null, null, -1e200]);
    expect(valuesOf(made, 'b_log1p')).toEqual([Math.log(4), 0, Math.log(2), null]);
    expect(valuesOf(made, 'a_power_2')).toEqual([36, 1, null, null]);
    expect(valuesOf(made, 'a_power_3')).toEqual([216, 1, null, null]);
    expect(valuesOf(made, 'b_power_2')).toEqual([9, 0, 1, 1]);
    expect(valuesOf(made, 'a_times_b')).toEqual([18, 0, null, -1e200]);
  });

  it('lets a step use the column of an earlier step', () => {
    const made = engineer(
      frameOf(numbers('x', [1, 2, 4])),
      [
        { difference: { column: 'x', steps: 1 } },
        { rolling: { column: 'x_difference_1', window: 2, stat: 'sum' } },
      ],
      utc,
    );
    expect(valuesOf(made, 'x_difference_1_sum_2')).toEqual([null, 1, 3]);
  });

  it('leaves the buffers it was given as they were', () => {
    const x = numbers('x', [1, Number.POSITIVE_INFINITY, 3]);
    engineer(
      frameOf(x),
      [{ expression: { name: 'y', formula: 'x' } }, { lag: { columns: ['x'], steps: [1] } }],
      utc,
    );
    expect([...x.values]).toEqual([1, Number.POSITIVE_INFINITY, 3]);
  });
});

const STEPS: readonly EngineerStep[] = [
  { lag: { columns: ['x', 'c'], steps: [1, 3] } },
  { rolling: { column: 'x', window: 3, stat: 'mean' } },
  { rolling: { column: 'x', window: 4, stat: 'std' } },
  { rolling: { column: 'x', window: 4, stat: 'median' } },
  { difference: { column: 'x', steps: 2 } },
  { polynomial: { columns: ['x'], degree: 2 } },
  { expression: { name: 'big', formula: "if(x > 0 and c != 'a', x, -x_lag_1)" } },
];

const tables = fc
  .array(
    fc.tuple(fc.option(fc.integer({ min: -9, max: 9 })), fc.option(fc.constantFrom('a', 'b', 'c'))),
    {
      minLength: 2,
      maxLength: 30,
    },
  )
  .map((rows) =>
    frameOf(
      numbers(
        'x',
        rows.map(([x]) => x),
      ),
      texts(
        'c',
        rows.map(([, c]) => c),
      ),
    ),
  );

describe('engineered columns', () => {
  it('never depend on later rows', () => {
    fc.assert(
      fc.property(tables, fc.nat(), (frame, cut) => {
        const kept = allRows(1 + (cut % frame.rowCount));
        const names = engineeredNames(shapesOf(frame), STEPS);
        const before = engineer(takeRows(frame, kept), STEPS, utc);
        const whole = takeRows(engineer(frame, STEPS, utc), kept);
        expect(featuresDigest(before, names)).toBe(featuresDigest(whole, names));
      }),
    );
  });

  it('are exactly those that the plan names', () => {
    fc.assert(
      fc.property(tables, (frame) => {
        const made = engineer(frame, STEPS, utc).columns.slice(frame.columns.length);
        expect(made.map(({ name }) => name)).toEqual(engineeredNames(shapesOf(frame), STEPS));
      }),
    );
  });
});

describe('engineeredNames', () => {
  const columns = shapesOf(
    frameOf(numbers('rpm', [1]), texts('note', ['a']), times('at', [null]), numbers('y', [1])),
  );
  const failing = (step: EngineerStep) => () => engineeredNames(columns, [step], { target: 'y' });

  it('names the place and the nearest column when there is no such column', () => {
    expect(failing({ log: ['rpmm'] })).toThrow(
      'features.engineer[0] (log): There is no column `rpmm`. Did you mean `rpm`? Name a column of the data or of an earlier step.',
    );
  });

  it('refuses a column of the wrong kind', () => {
    expect(failing({ calendar: 'note' })).toThrow(
      '`note` holds text, and this step takes timestamps',
    );
    expect(failing({ ratio: ['rpm', 'at'] })).toThrow(
      '`at` holds timestamps, and this step takes numbers',
    );
  });

  it('refuses a name that exists already', () => {
    expect(failing({ expression: { name: 'rpm', formula: '1' } })).toThrow(
      'A column `rpm` exists already',
    );
  });

  it('lets nothing but a lag read the target', () => {
    expect(failing({ lag: { columns: ['y'], steps: [1] } })()).toEqual(['y_lag_1']);
    expect(failing({ expression: { name: 'z', formula: 'y * 2' } })).toThrow(
      'would show the target `y`',
    );
    expect(failing({ rolling: { column: 'y', window: 2, stat: 'mean' } })).toThrow(
      'would show the target',
    );
  });
});

describe('featuresDigest', () => {
  const digestOf = (values: readonly (number | null)[]) =>
    featuresDigest(frameOf(numbers('x', values)), ['x']);

  it('tells values apart, and not the ways to write one value', () => {
    expect(digestOf([1, null])).not.toBe(digestOf([1, 0]));
    expect(digestOf([-0])).toBe(digestOf([0]));
  });
});
