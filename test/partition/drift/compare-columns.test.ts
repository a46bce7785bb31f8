import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/frame/frame.ts';
import { compareColumns } from '../../../src/partition/drift/compare-columns.ts';
import {
  DISTRIBUTION,
  distribution,
  distributionOf,
  distributionsFromBytes,
} from '../../../src/partition/drift/distribution.ts';
import type { ColumnDrift } from '../../../src/partition/drift/drift-facts.ts';
import { fisherExact } from '../../../src/partition/drift/fisher-exact.ts';

const numbers = (values: readonly number[]): Column => ({
  kind: 'number',
  name: 'x',
  values: Float64Array.from(values),
});

/** Rows by level; '' = missing. */
function texts(counts: { readonly [level: string]: number }): Column {
  const levels = Object.keys(counts)
    .filter((level) => level !== '')
    .sort();
  const codes = Object.entries(counts).flatMap(([level, count]) =>
    Array.from({ length: count }, () => levels.indexOf(level)),
  );
  return { kind: 'category', name: 'x', codes: Int32Array.from(codes), levels };
}

function compared(reference: Column, current: Column): ColumnDrift {
  const found = compareColumns(distributionOf(reference), distributionOf(current));
  if (found === undefined) throw new Error('They are of different kinds.');
  return found;
}

describe('drift of a column of numbers', () => {
  it('is the Kolmogorov–Smirnov distance with its exact p-value', () => {
    // Two of four steps apart: 2 · (C(8, 2) − C(8, 0)) of C(8, 4) orders are as far.
    const { distance, pValue } = compared(numbers([1, 2, 3, 4]), numbers([3, 4, 5, 6]));
    expect(distance).toBe(0.5);
    expect(pValue).toBeCloseTo(54 / 70, 12);
  });

  it('is a stability index over tenths of the reference, what is missing being one bin more', () => {
    const reference = Array.from({ length: 100 }, (_, i) => i);
    // The upper half, each value twice: 5 bins lose all, 5 bins double.
    const current = reference.map((value) => 50 + Math.floor(value / 2));
    const { psi } = compared(numbers(reference), numbers(current));
    const expected = 5 * (1e-4 - 0.1) * Math.log(1e-4 / 0.1) + 5 * (0.2 - 0.1) * Math.log(2);
    expect(psi).toBeCloseTo(expected, 10);

    const holes = [...reference.slice(0, 90), ...Array.from({ length: 10 }, () => Number.NaN)];
    const withHoles = compared(numbers(holes), numbers(holes.toReversed()));
    expect(withHoles).toMatchObject({ psi: 0, distance: 0, pValue: 1 });
    expect(withHoles.missing).toEqual({ reference: 0.1, current: 0.1, pValue: 1 });
  });

  it('says of missing values whether more are missing than by chance', () => {
    const values = (missing: number, present: number) =>
      numbers([
        ...Array.from({ length: missing }, () => Number.NaN),
        ...Array.from({ length: present }, (_, i) => i),
      ]);
    const { missing } = compared(values(1, 9), values(11, 3));
    expect(missing.reference).toBe(0.1);
    expect(missing.current).toBeCloseTo(11 / 14, 12);
    // scipy.stats.fisher_exact([[1, 9], [11, 3]])
    expect(missing.pValue).toBeCloseTo(0.002759456185220083, 12);
    expect(compared(values(0, 9), values(0, 3)).missing.pValue).toBeNull();
  });
});

describe('drift of a column of text', () => {
  it('is χ² of the frequent levels, total variation and stability of their shares', () => {
    const found = compared(texts({ a: 60, b: 40 }), texts({ a: 30, b: 70 }));
    expect(found.psi).toBeCloseTo(0.3 * Math.log(2) + 0.3 * Math.log(1.75), 12);
    expect(found.distance).toBeCloseTo(0.3, 12);
    // χ² = 15² · (2 ÷ 45 + 2 ÷ 55) with one degree of freedom.
    expect(found.pValue).toBeCloseTo(2.00786561e-5, 10);
  });

  it('puts rare levels together and tests them exactly', () => {
    const found = compared(texts({ a: 1000 }), texts({ a: 12, new: 8 }));
    // All of C(1020, 8) ways to place the 8 rows, of which C(20, 8) lie in the 20: no other is as unlikely.
    expect(found.pValue).toBeCloseTo(
      fisherExact({ hits: 0, size: 1000 }, { hits: 8, size: 20 }),
      15,
    );
    expect(found.pValue).toBeLessThan(1e-12);
    expect(found.distance).toBeCloseTo(0.4, 12);
  });

  it('says nothing where every level is rare, such as of names', () => {
    const names = (from: number) =>
      texts(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${from + i}`, 1])));
    expect(compared(names(0), names(50))).toMatchObject({ pValue: null, psi: 0, distance: 0 });
  });

  it('compares no text with numbers', () => {
    const text = distributionOf(texts({ a: 1 }));
    expect(compareColumns(text, distributionOf(numbers([1])))).toBeUndefined();
  });
});

const column = fc.oneof(
  fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NaN)), {
    minLength: 1,
    maxLength: 60,
  }),
);

describe('any two samples', () => {
  it('differ by shares between 0 and 1, whichever comes first and in whatever order their rows are', () => {
    fc.assert(
      fc.property(column, column, (a, b) => {
        const there = compared(numbers(a), numbers(b));
        const back = compared(numbers(b.toReversed()), numbers(a.toReversed()));
        for (const value of [there.pValue, there.distance, there.missing.pValue])
          expect(value === null || (value >= 0 && value <= 1)).toBe(true);
        expect(there.psi).toBeGreaterThanOrEqual(0);
        expect(back.distance).toBe(there.distance);
        expect(back.missing.pValue ?? 1).toBeCloseTo(there.missing.pValue ?? 1, 9);
        expect(back.pValue ?? 1).toBeCloseTo(there.pValue ?? 1, 9);
      }),
      { numRuns: 200 },
    );
  });

  it('do not differ from themselves', () => {
    fc.assert(
      fc.property(column, (a) => {
        const { psi, distance, pValue, missing } = compared(numbers(a), numbers(a.toReversed()));
        expect([psi, distance ?? 0, pValue ?? 1, missing.pValue ?? 1]).toEqual([0, 0, 1, 1]);
      }),
      { numRuns: 100 },
    );
  });

  it('come back from bytes as they were', () => {
    const columns = [
      numbers([3, 1, Number.NaN, 2]),
      { ...texts({ '': 1, a: 2, ü: 1 }), name: 'y' },
    ];
    const data = {
      partition: { id: 'p', text: 'p', ranges: [] },
      frame: { rowCount: 4, columns },
      rowHashes: new Uint8Array(),
      inputs: new Map(),
    };
    const { blobs, facts } = distribution(data, { marks: false });
    const read = distributionsFromBytes(blobs.get(DISTRIBUTION) ?? new Uint8Array());
    expect(facts).toEqual({ rows: 4 });
    expect(read.rows).toBe(4);
    expect([...read.columns.values()]).toEqual(columns.map(distributionOf));
  });
});
