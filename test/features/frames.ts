import type {
  CategoryColumn,
  Column,
  Frame,
  NumberColumn,
  TimeColumn,
} from '../../src/frame/frame.ts';

/** A frame of the given columns, which share one length. */
export function frameOf(...columns: readonly Column[]): Frame {
  return { rowCount: columns[0] === undefined ? 0 : lengthOf(columns[0]), columns };
}

/** null = missing. */
export function numbers(name: string, values: readonly (number | null)[]): NumberColumn {
  return { kind: 'number', name, values: Float64Array.from(values, (x) => x ?? Number.NaN) };
}

/** null = missing; levels in code-unit order. */
export function texts(name: string, values: readonly (string | null)[]): CategoryColumn {
  const levels = [...new Set(values.filter((value) => value !== null))].sort();
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value)));
  return { kind: 'category', name, codes, levels };
}

/** ISO texts; null = missing. */
export function times(name: string, values: readonly (string | null)[]): TimeColumn {
  return {
    kind: 'time',
    name,
    micros: Float64Array.from(values, (text) => (text === null ? NaN : Date.parse(text) * 1000)),
  };
}

/** NaN as null, for readable expectations. */
export function listed(values: Float64Array): readonly (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}

export function allRows(rowCount: number): Int32Array {
  return Int32Array.from({ length: rowCount }, (_, row) => row);
}

function lengthOf(column: Column): number {
  switch (column.kind) {
    case 'number':
      return column.values.length;
    case 'time':
      return column.micros.length;
    case 'category':
      return column.codes.length;
  }
}
