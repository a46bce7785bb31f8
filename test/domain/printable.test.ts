import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayPartition } from '../../src/domain/partition.ts';
import { printable } from '../../src/domain/printable.ts';

describe('text from data on a terminal', () => {
  it('holds no control and nothing that turns the direction, and says what stood there', () => {
    expect(printable('\u001b[31mred\u202e')).toBe('\\u001b[31mred\\u202e');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });

  it('is cut where it is too long', () => {
    expect(printable('abcdef', 4)).toBe('abc…');
    expect(printable('abcd', 4)).toBe('abcd');
  });
});

describe('a partition for people', () => {
  it('is the bare value of a key of one column, and says when that is missing or empty', () => {
    const shown = ['car', '', null].map((k) => displayPartition({ k }, `k=${k}`));
    expect(shown).toEqual(['car', '(empty)', '(null)']);
  });

  it('is the canonical text of a key of several', () => {
    expect(displayPartition({ a: 'x', b: null }, 'a=x/b=\\N')).toBe('a=x/b=\\N');
  });
});
