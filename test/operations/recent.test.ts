import { describe, expect, it } from 'vitest';
import { Recent } from '../../src/operations/recent.ts';

/** Values that know whether they were dropped, and how often each was made. */
function kept(limit: number) {
  const made: string[] = [];
  const dropped: string[] = [];
  const recent = new Recent<string>(limit, (value) => void dropped.push(value));
  const wanted = (...keys: readonly string[]) =>
    keys.map((key) => ({
      key,
      make: async () => {
        made.push(key);
        return key;
      },
    }));
  const use = (...keys: readonly string[]) => recent.lend(wanted(...keys), (values) => values);
  return { recent, made, dropped, wanted, use };
}

describe('the values that were asked for last', () => {
  it('are made once, also for those who ask meanwhile, and the oldest goes', async () => {
    const { made, dropped, use } = kept(2);
    expect(await Promise.all([use('a'), use('a'), use('b')])).toEqual([['a'], ['a'], ['b']]);
    await use('a');
    expect([made, dropped]).toEqual([['a', 'b'], []]);
    await use('c');
    expect(dropped).toEqual(['b']);
    await use('b');
    expect([made, dropped]).toEqual([
      ['a', 'b', 'c', 'b'],
      ['b', 'a'],
    ]);
  });

  it('are not dropped while somebody has them, whatever others ask for', async () => {
    const { recent, dropped, wanted, use } = kept(2);
    const seen = await recent.lend(wanted('own', 'global'), async (values) => {
      await use('x');
      await use('y');
      expect(dropped).toEqual([]);
      return values;
    });
    expect(seen).toEqual(['own', 'global']);
    await use('y');
    expect(dropped.toSorted()).toEqual(['global', 'own']);
  });

  it('may be more parts of one thing than are kept', async () => {
    const { recent, dropped, wanted } = kept(1);
    await recent.lend(wanted('a', 'b', 'c'), (values) => {
      expect([values, dropped]).toEqual([['a', 'b', 'c'], []]);
    });
    await recent.lend(wanted('c'), (values) => values);
    expect(dropped.toSorted()).toEqual(['a', 'b']);
  });

  it('forget what could not be made, and let go of the rest of it', async () => {
    const { recent, made, dropped, wanted, use } = kept(1);
    const broken = { key: 'broken', make: () => Promise.reject(new Error('gone')) };
    await expect(recent.lend([broken, ...wanted('a')], (values) => values)).rejects.toThrow('gone');
    await use('b');
    expect(dropped).toEqual(['a']);
    await expect(recent.lend([broken], (values) => values)).rejects.toThrow('gone');
    expect(made).toEqual(['a', 'b']);
  });
});
