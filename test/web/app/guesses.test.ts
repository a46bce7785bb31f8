import { describe, expect, it } from 'vitest';
import {
  guessPartitionColumns,
  guessTask,
  looksLikeId,
} from '../../../src/web/app/pages/builder/guesses.ts';

type Column = Parameters<typeof looksLikeId>[0];

function column(changes: Partial<Column> & Pick<Column, 'name'>): Column {
  return {
    kind: 'category',
    sourceType: 'VARCHAR',
    missing: 0,
    distinct: 3,
    min: null,
    max: null,
    top: [],
    ...changes,
  };
}

describe('what a column is taken for', () => {
  it('takes text for a class, and says why', () => {
    const guess = guessTask(column({ name: 'status' }));
    expect(guess.value).toBe('classification');
    expect(guess.because).toBe('“status” holds text with 3 different values.');
  });

  it('takes a number with few values for classes, with many for a number', () => {
    expect(guessTask(column({ name: 'leaves', kind: 'number', distinct: 2 })).value).toBe(
      'classification',
    );
    expect(guessTask(column({ name: 'price', kind: 'number', distinct: 800 })).value).toBe(
      'regression',
    );
  });

  it('divides by text with few values first, never by what names each row or is predicted', () => {
    const columns = [
      column({ name: 'customer', distinct: 1000 }),
      column({ name: 'month', kind: 'number', distinct: 4 }),
      column({ name: 'region', distinct: 12 }),
      column({ name: 'plan', distinct: 3 }),
      column({ name: 'leaves', distinct: 2 }),
    ];
    const guesses = guessPartitionColumns({ columns, rowsRead: 1000 }, ['leaves']);
    expect(guesses.map(({ name }) => name)).toEqual(['plan', 'region', 'month']);
  });

  it('knows what names each row, and does not take a measurement for it', () => {
    expect(looksLikeId(column({ name: 'customer', distinct: 500 }), 500)).toBe(true);
    expect(looksLikeId(column({ name: 'reading_id', kind: 'number', distinct: 500 }), 500)).toBe(
      true,
    );
    expect(looksLikeId(column({ name: 'rpm', kind: 'number', distinct: 500 }), 500)).toBe(false);
    expect(looksLikeId(column({ name: 'customer', distinct: 499 }), 500)).toBe(false);
  });
});
