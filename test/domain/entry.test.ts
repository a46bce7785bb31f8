import { describe, expect, it } from 'vitest';
import { entryOf } from '../../src/domain/entry.ts';

describe('an entry of a record', () => {
  it('is what was put there, whatever its name', () => {
    const record = Object.fromEntries([
      ['__proto__', 1],
      ['rpm', 2],
    ]);
    expect(entryOf(record, '__proto__')).toBe(1);
    expect(entryOf(record, 'rpm')).toBe(2);
  });

  it('is nothing where nothing was put, though every object has such a name', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    expect(names.map((name) => entryOf({ rpm: 2 }, name))).toEqual(names.map(() => undefined));
  });
});
