import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../../../src/domain/failure.ts';
import { engineer } from '../../../src/features/engineer/engineer.ts';
import { requireColumn } from '../../../src/frame/frame.ts';
import { parseFormula } from '../../../src/spec/formula/parse.ts';
import { frameOf, listed, numbers, texts, times } from '../frames.ts';

const frame = frameOf(
  numbers('a', [1, 2, null]),
  numbers('b', [4, 0, 1]),
  numbers('odd "name"', [7, 8, 9]),
  texts('mode', ['on', 'off', null]),
  texts('other', ['off', 'off', 'on']),
  times('at', [null, null, null]),
);

function valuesOf(formula: string) {
  const made = engineer(frame, [{ expression: { name: 'z', formula } }], { timezone: 'UTC' });
  const column = requireColumn(made, 'z');
  return column.kind === 'number' ? listed(column.values) : column.kind;
}

function firstOf(formula: string) {
  return (valuesOf(formula) as readonly (number | null)[])[0];
}

describe('expression', () => {
  it('computes by the usual precedence', () => {
    expect(firstOf('1 + 2 * 3')).toBe(7);
    expect(firstOf('(1 + 2) * 3')).toBe(9);
    expect(firstOf('8 - 4 - 2')).toBe(2);
    expect(firstOf('16 / 4 / 2')).toBe(2);
    expect(firstOf('-2 ^ 2')).toBe(-4);
    expect(firstOf('2 ^ 3 ^ 2')).toBe(512);
    expect(firstOf('2 ^ -1')).toBe(0.5);
    expect(firstOf('.5e1 + 1.')).toBe(6);
    expect(firstOf('not 1 = 2 or 1 > 2 and 0')).toBe(1);
  });

  it('reads columns, also those with odd names', () => {
    expect(valuesOf('a + b')).toEqual([5, 2, null]);
    expect(valuesOf('"odd ""name""" - 1')).toEqual([6, 7, 8]);
  });

  it('knows its functions', () => {
    expect(valuesOf('min(a, b, 2)')).toEqual([1, 0, null]);
    expect(valuesOf('MAX(a, b)')).toEqual([4, 2, null]);
    expect(valuesOf('if(b > 0, a, -1)')).toEqual([1, -1, null]);
    expect(valuesOf('if(a > 0, b, -1)')).toEqual([4, 0, null]);
    expect(firstOf('abs(-3) + floor(2.7) + round(2.5) + sqrt(9) + log(exp(1))')).toBe(12);
  });

  it('makes what is no finite number missing', () => {
    expect(valuesOf('a / b')).toEqual([0.25, null, null]);
    expect(valuesOf('log(b)')).toEqual([Math.log(4), null, 0]);
    expect(firstOf('sqrt(-1)')).toBe(null);
    expect(firstOf('exp(1000)')).toBe(null);
  });

  it('compares text with text', () => {
    expect(valuesOf("mode = 'on'")).toEqual([1, 0, null]);
    expect(valuesOf("'on' <> mode")).toEqual([0, 1, null]);
    expect(valuesOf('mode == other')).toEqual([0, 1, null]);
    expect(valuesOf("mode = 'never seen'")).toEqual([0, 0, null]);
    expect(firstOf("'it''s' = 'it''s'")).toBe(1);
  });

  it('decides logic with missing values where it can', () => {
    expect(valuesOf('a > 0 and b > 5')).toEqual([0, 0, 0]);
    expect(valuesOf('a > 0 or b > 0')).toEqual([1, 1, 1]);
    expect(valuesOf('a > 0 and b > 0')).toEqual([1, 0, null]);
    expect(valuesOf('not (a > 1)')).toEqual([1, 0, null]);
  });

  it.each([
    ['a +', 'character 4: the formula ends where a value is expected'],
    ['a + * b', 'character 5: "*" can\'t stand here'],
    ['(a', 'character 3: ")" is expected before "the end"'],
    ['a b', 'character 3: "b" can\'t stand here: the formula is already complete'],
    ['a # b', 'character 3: "#" has no meaning here'],
    ["mode = 'on", "character 8: this quote (') is never closed"],
    ['sqr(a)', 'character 1: there is no function "sqr". Did you mean `sqrt`?'],
    ['if(a, b)', 'character 1: `if` takes 3 values, not 2'],
    ['1 < a < 2', 'character 7: comparisons do not chain'],
    ['mode + 1', 'character 1: `mode` is text, where a number is expected'],
    ["a = '1'", 'character 3: a number is compared with text'],
    ["'on'", 'character 1: this is text'],
    ['at > 1', 'character 1: `at` holds timestamps'],
    ['1e999', 'character 1: 1e999 is too large'],
    ['and', 'character 1: "and" needs a value here'],
    ['missing_column', 'There is no column `missing_column`'],
  ])('refuses %j and says where', (formula, message) => {
    expect(() => valuesOf(formula)).toThrow(message);
    expect(() => valuesOf(formula)).toThrow('features.engineer[0] (expression)');
  });

  it('refuses formulas that nest or grow without end', () => {
    expect(() => parseFormula(`${'('.repeat(70)}1${')'.repeat(70)}`)).toThrow(
      'nested more than 64',
    );
    expect(() => parseFormula('-'.repeat(1999))).toThrow('nested more than 64');
    expect(() => parseFormula(Array(600).fill('a').join('+'))).toThrow('more than 500 parts');
  });

  it('either reads a text or fails with a sentence, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      '"b"',
      "'t'",
      '1',
      '(',
      ')',
      ',',
      '+',
      '-',
      '^',
      '<',
      '=',
      'and',
      'not',
      'if',
      'min',
      '$',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (list) => {
        let outcome: unknown;
        try {
          outcome = parseFormula(list.join(' ')).kind;
        } catch (error) {
          outcome = isFailure(error) ? error.kind : error;
        }
        expect(typeof outcome).toBe('string');
      }),
    );
  });
});
