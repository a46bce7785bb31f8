import { describe, expect, it } from 'vitest';
import { specForAdvice } from '../../../src/web/app/pages/builder/advice-spec.ts';

const column = (name: string, kind: 'category' | 'number', distinct: number) => ({
  name,
  kind,
  distinct,
  sourceType: 'VARCHAR',
  missing: 0,
  min: null,
  max: null,
  top: [],
});
const preview = {
  rowsRead: 300,
  columns: [
    column('rpm', 'number', 300),
    column('kind', 'category', 3),
    column('state', 'category', 2),
  ],
};
const data = { source: { kind: 'csv', path: 'machines.csv' } };

describe('what the adviser is asked about', () => {
  it('is the experiment as it is, once it has a name and what divides it', () => {
    const whole = { name: 'a', data, target: { column: 'state' }, partition: { by: 'rpm' } };
    expect(specForAdvice(whole, preview)).toEqual(whole);
  });

  it('has what is still open filled in, with a column that may divide the table', () => {
    expect(specForAdvice({ data, target: { column: 'state' } }, preview)).toEqual({
      data,
      target: { column: 'state' },
      name: 'advice',
      partition: { by: 'kind' },
    });
  });

  it('is nothing before there is a table and something to predict', () => {
    expect(specForAdvice({ data }, preview)).toBe(null);
    expect(specForAdvice({ target: { column: 'state' } }, preview)).toBe(null);
    const only = { rowsRead: 300, columns: [column('state', 'category', 2)] };
    expect(specForAdvice({ data, target: { column: 'state' } }, only)).toBe(null);
  });
});
