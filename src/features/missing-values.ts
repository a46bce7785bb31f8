import type { Column } from '../frame/frame.ts';

/** Asks whether a row of the column has no value; an infinite number is none. */
export function missingAt(column: Column): (row: number) => boolean {
  switch (column.kind) {
    case 'number':
      return (row) => !Number.isFinite(column.values[row]);
    case 'time':
      return (row) => !Number.isFinite(column.micros[row]);
    case 'category':
      return (row) => (column.codes[row] as number) < 0;
  }
}
