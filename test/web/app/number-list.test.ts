import { describe, expect, it } from 'vitest';
import { numbersIn, numbersText } from '../../../src/web/app/pages/builder/number-list.ts';

describe('a field of several numbers', () => {
  it('takes commas, semicolons and spaces, and leaves what is no number as typed', () => {
    expect(numbersIn('1, 7;14 x,')).toEqual([1, 7, 14, 'x']);
    expect(numbersIn(' ')).toEqual([]);
  });

  it('shows what was typed while it means the value: a comma may stand last', () => {
    expect(numbersText('1, ', [1])).toBe('1, ');
    expect(numbersText('1,x', [1, 'x'])).toBe('1,x');
    expect(numbersText(' ', undefined)).toBe(' ');
  });

  it('shows the value once it was changed elsewhere, or taken away', () => {
    expect(numbersText('1, 7', [2, 14])).toBe('2, 14');
    expect(numbersText('1, 7', [1])).toBe('1');
    expect(numbersText('1, 7', undefined)).toBe('');
    expect(numbersText('', [1, 7])).toBe('1, 7');
  });
});
