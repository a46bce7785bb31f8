import type { Target } from '../../src/estimators/estimator.ts';
import { type Matrix, takeMatrixRows } from '../../src/frame/frame.ts';

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A matrix from its columns; null = missing. */
export function matrixOf(columns: readonly (readonly (number | null)[])[]): Matrix {
  const rowCount = columns[0]?.length ?? 0;
  const data = new Float64Array(columns.length * rowCount);
  columns.forEach((column, f) => {
    data.set(
      column.map((value) => value ?? Number.NaN),
      f * rowCount,
    );
  });
  return { rowCount, names: columns.map((_, f) => `x${f}`), data };
}

export function values(numbers: readonly number[]): Target & { kind: 'values' } {
  return { kind: 'values', values: Float64Array.from(numbers) };
}

export function classes(
  codes: readonly number[],
  labels: readonly string[] = ['a', 'b', 'c'],
): Target & { kind: 'classes' } {
  return { kind: 'classes', codes: Int32Array.from(codes), classes: labels };
}

export type Table<T extends Target = Target> = { readonly x: Matrix; readonly y: T };

/** Three classes of which each algorithm can learn something: a plane and a product decide, 5 % are wrong. */
export function classTable(rowCount: number, seed: number): Table<Target & { kind: 'classes' }> {
  const { x, at, random } = randomMatrix(rowCount, seed);
  const codes = Array.from({ length: rowCount }, (_, i) => {
    if (random() < 0.05) return Math.floor(random() * 3);
    if (at(i, 0) + at(i, 1) > 1.1) return 0;
    return at(i, 2) - 0.5 * at(i, 3) > 0.2 ? 1 : 2;
  });
  return { x, y: classes(codes) };
}

/** Numbers that depend on the columns in a straight line, with a bend and some noise. */
export function valueTable(rowCount: number, seed: number): Table<Target & { kind: 'values' }> {
  const { x, at, random } = randomMatrix(rowCount, seed);
  const numbers = Array.from(
    { length: rowCount },
    (_, i) => 10 + 4 * at(i, 0) - 3 * at(i, 1) + 2 * at(i, 2) ** 2 + 0.3 * random(),
  );
  return { x, y: values(numbers) };
}

/** The first `count` rows of a table, or any others. */
export function rowsOf(table: Table, rows: readonly number[]): Table {
  const x = takeMatrixRows(table.x, Int32Array.from(rows));
  const { y } = table;
  return {
    x,
    y:
      y.kind === 'classes'
        ? { ...y, codes: Int32Array.from(rows, (i) => y.codes[i] as number) }
        : { ...y, values: Float64Array.from(rows, (i) => y.values[i] as number) },
  };
}

function randomMatrix(rowCount: number, seed: number) {
  const random = seededRandom(seed);
  const x = matrixOf(
    Array.from({ length: 4 }, () =>
      // Hundredths: few enough distinct values for the bins of trees to hold each.
      Array.from({ length: rowCount }, () => Math.round(random() * 100) / 100),
    ),
  );
  return { x, random, at: (i: number, f: number) => x.data[f * rowCount + i] as number };
}
