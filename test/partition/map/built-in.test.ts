import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Column, Frame } from '../../../src/frame/frame.ts';
import { dickeyFuller } from '../../../src/partition/map/adf.ts';
import { builtInFunction } from '../../../src/partition/map/built-in.ts';
import {
  chiSquareTail,
  fisherTail,
  normalShare,
} from '../../../src/partition/map/distributions.ts';
import { kolmogorovSmirnov } from '../../../src/partition/map/ks-test.ts';
import { partitionRows } from '../../../src/partition/map/partition-rows.ts';
import type { MapFunctionName } from '../../../src/spec/map.ts';

type Fixture = {
  readonly describe: readonly ({ readonly values: number[] } & {
    readonly [name: string]: number;
  })[];
  readonly ks: readonly { a: number[]; b: number[]; statistic: number; p: number }[];
  readonly ks_large: { rows: number; others: number; shift: number; statistic: number; p: number };
  readonly psi: readonly { reference: number[]; current: number[]; bins: number; psi: number }[];
  readonly groups: readonly {
    groups: number[][];
    f: number;
    f_p: number;
    h: number;
    h_p: number;
  }[];
  readonly adf: readonly {
    values: number[];
    regression: 'n' | 'c' | 'ct';
    lags: 'aic' | 'bic' | 'fixed';
    statistic: number;
    p: number;
    used: number;
    critical: number[];
  }[];
  readonly tails: {
    readonly chi2: [number, number, number][];
    readonly f: [number, number, number, number][];
    readonly normal: [number, number][];
  };
};

const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/scipy/map-functions.json'), 'utf8'),
) as Fixture;

/** Midnight of 2026-01-01 and of the next day, in microseconds. */
const [BEFORE, AFTER] = [Date.UTC(2026, 0, 1) * 1000, Date.UTC(2026, 0, 2) * 1000] as const;
const AT = '2026-01-02';

function numbers(name: string, values: readonly number[]): Column {
  return { kind: 'number', name, values: Float64Array.from(values) };
}

function times(micros: readonly number[]): Column {
  return { kind: 'time', name: 'time', micros: Float64Array.from(micros) };
}

function texts(name: string, values: readonly (string | null)[]): Column {
  const levels = [...new Set(values.filter((value) => value !== null))].sort();
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value)));
  return { kind: 'category', name, codes, levels };
}

/** The rows that a built-in function gives for a partition of these columns. */
function apply(name: MapFunctionName, columns: readonly Column[], args: JsonObject = {}) {
  const [first] = columns;
  const rowCount =
    first === undefined
      ? 0
      : (first.kind === 'number'
          ? first.values
          : first.kind === 'time'
            ? first.micros
            : first.codes
        ).length;
  const frame: Frame = { rowCount, columns };
  const time = columns.some((column) => column.name === 'time') ? 'time' : null;
  const partition = partitionRows(
    { partition: { id: 'p', text: 'k=a', ranges: [] }, frame },
    { key: { k: 'a' }, time },
  );
  return [...builtInFunction(name).apply(partition, args)] as readonly {
    [name: string]: unknown;
  }[];
}

/** Two periods after one another. */
function periods(reference: readonly number[], current: readonly number[]): readonly Column[] {
  return [
    numbers('x', [...reference, ...current]),
    times([...reference.map(() => BEFORE), ...current.map(() => AFTER)]),
  ];
}

function closeTo(expected: number, tolerance = 1e-9) {
  return {
    asymmetricMatch: (actual: unknown) =>
      typeof actual === 'number' &&
      Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), 1e-300),
    toString: () => `a number within ${tolerance} of ${expected}`,
  };
}

describe('built-in functions of partita map', () => {
  it('have the tails of the distributions that scipy has', () => {
    for (const [x, k, p] of fixture.tails.chi2) expect(chiSquareTail(x, k)).toEqual(closeTo(p));
    for (const [x, a, b, p] of fixture.tails.f) expect(fisherTail(x, a, b)).toEqual(closeTo(p));
    for (const [z, p] of fixture.tails.normal) expect(normalShare(z)).toEqual(closeTo(p));
  });

  it.each(fixture.describe)(
    'describe numbers as pandas does',
    ({ values, distinct, ...expected }) => {
      const [row] = apply('describe', [
        numbers('x', [Number.NaN, ...(values as unknown as number[])]),
      ]);
      const moments = Object.entries(expected).map(([name, value]) => [name, closeTo(value)]);
      expect(row).toMatchObject({ missing: 1, distinct, ...Object.fromEntries(moments) });
    },
  );

  it('describe text and times', () => {
    const rows = apply('describe', [
      texts('shift', ['day', null, 'night', 'day']),
      times([AFTER, BEFORE, Number.NaN, BEFORE]),
    ]);
    expect(rows[0]).toMatchObject({ missing: 1, distinct: 2, top: 'day', top_rows: 2, mean: null });
    expect(rows[1]).toMatchObject({
      missing: 1,
      first: new Date(BEFORE / 1000),
      last: new Date(AFTER / 1000),
    });
  });

  it('count what is missing, and the longest gap', () => {
    const nan = Number.NaN;
    const [row] = apply('missingness', [numbers('x', [1, nan, nan, 4, nan])]);
    expect(row).toEqual({ column: 'x', rows: 5, missing: 3, share: 0.6, longest_gap: 2 });
  });

  it.each(fixture.ks)('compare two periods as ks_2samp does', ({ a, b, statistic, p }) => {
    const [row] = apply('ks_test', periods(a, b), { at: AT });
    expect(row).toEqual({
      column: 'x',
      reference_rows: a.length,
      current_rows: b.length,
      statistic: closeTo(statistic),
      p_value: closeTo(p),
    });
  });

  it('compare samples too large for the exact distribution by the limiting one', () => {
    const { rows, others, shift, ...expected } = fixture.ks_large;
    const sample = (count: number, by: number) =>
      Float64Array.from({ length: count }, (_, i) => i / count + by);
    const { statistic, pValue } = kolmogorovSmirnov(sample(rows, 0), sample(others, shift));
    expect(statistic).toEqual(closeTo(expected.statistic));
    expect(pValue).toEqual(closeTo(expected.p, 1e-3));
  });

  it.each(fixture.psi)(
    'measure how far a column has moved',
    ({ reference, current, bins, psi }) => {
      const [row] = apply('psi', periods(reference, current), { at: AT, bins });
      expect(row).toMatchObject({ column: 'x', psi: closeTo(psi) });
    },
  );

  it('measure how far text has moved, missing values a level of their own', () => {
    const values = ['a', 'b', null, 'a', 'a', 'b', 'b', null];
    const [row] = apply(
      'psi',
      [texts('x', values), times(values.map((_, i) => (i < 4 ? BEFORE : AFTER)))],
      { at: AT, bins: 10 },
    );
    // Shares ½ ¼ ¼ become ¼ ½ ¼.
    expect(row).toMatchObject({ bins: 3, psi: closeTo(0.5 * Math.log(2)) });
  });

  it.each(fixture.groups)('compare groups as f_oneway and kruskal do', (expected) => {
    const columns = [
      numbers('x', [...expected.groups.flat(), 99]),
      texts('group', [
        ...expected.groups.flatMap((group, i) => group.map(() => `g${i}`)),
        // Of no group.
        null,
      ]),
    ];
    const common = {
      column: 'x',
      groups: expected.groups.length,
      rows: expected.groups.flat().length,
    };
    const args = { group: 'group' };
    expect(apply('anova', columns, args)).toEqual([
      { ...common, statistic: closeTo(expected.f), p_value: closeTo(expected.f_p) },
    ]);
    expect(apply('kruskal', columns, args)).toEqual([
      { ...common, statistic: closeTo(expected.h), p_value: closeTo(expected.h_p) },
    ]);
  });

  it.each(fixture.adf)(
    'test for a unit root as adfuller does ($regression, $lags)',
    ({ values, regression, lags, statistic, p, used, critical }) => {
      const args = { regression, lags, ...(lags === 'fixed' && { max_lag: 5 }) };
      const [row] = apply('adf', [numbers('x', values)], args);
      expect(row).toEqual({
        column: 'x',
        rows: values.length,
        statistic: closeTo(statistic, 1e-6),
        p_value: closeTo(p, 1e-6),
        lags: used,
        critical_1: closeTo(critical[0] as number),
        critical_5: closeTo(critical[1] as number),
        critical_10: closeTo(critical[2] as number),
      });
    },
  );

  it('leave out what can not be tested', () => {
    const constant = numbers('x', [3, 3, 3, 3, 3, 3]);
    expect(
      dickeyFuller(Float64Array.of(1), { regression: 'c', lags: 'aic', max_lag: undefined }),
    ).toMatchObject({ statistic: null, p_value: null });
    const one = texts('group', ['a', 'a', 'a', 'a', 'a', 'a']);
    expect(apply('adf', [constant], { regression: 'c', lags: 'aic' })).toMatchObject([
      { statistic: null },
    ]);
    expect(apply('anova', [constant, one], { group: 'group' })).toMatchObject([{ p_value: null }]);
    expect(apply('ks_test', periods([1, 2], []), { at: AT })).toMatchObject([{ p_value: null }]);
    expect(apply('psi', periods([1, 2], []), { at: AT, bins: 10 })).toMatchObject([{ psi: null }]);
  });
});
