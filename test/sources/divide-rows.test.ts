import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf, readAll, takeCsv } from './snapshots.ts';

describe('partitions of a snapshot', () => {
  it('keep every key apart, hostile ones too', async () => {
    const keys = [
      '',
      null,
      'NaN',
      'a/b',
      '..',
      'a b',
      '🙂',
      'x'.repeat(10_000),
      'A',
      'a',
      '\u00e9',
      'e\u0301',
      '\\N',
      'a=b',
      '%2F',
      '__proto__',
      ' a',
    ];
    const text = csvOf(
      'k,y,x',
      keys.flatMap((key, i) => [
        [key, i, 1],
        [key, i, 2],
      ]),
    );
    const { snapshot } = await takeCsv(text);
    expect(snapshot.partitions).toHaveLength(keys.length);
    expect(new Set(snapshot.partitions.map(({ key }) => key['k']))).toEqual(new Set(keys));
    expect(new Set(snapshot.partitions.map(({ id }) => id)).size).toBe(keys.length);
    expect(snapshot.partitions.map(({ text: shown }) => shown)).toContain('k=\\N');
    expect(
      snapshot.partitions.every(({ id, count }) => /^[0-9a-f]{32}$/.test(id) && count === 2),
    ).toBe(true);
  });

  it('stand in text order, one after the other, with the rows of their key', async () => {
    const cell = fc.record({
      k: fc.option(fc.constantFrom('b', 'a', 'Z', 'é', ''), { nil: null }),
      l: fc.constantFrom(1, 2, 10),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 2, maxLength: 40 }), async (cells) => {
        fc.pre(cells.some(({ k }) => k !== null));
        const taken = await takeCsv(
          csvOf(
            'k,l,y,x',
            cells.map(({ k, l }, i) => [k, l, i, i % 3]),
          ),
          { partition: { by: ['k', 'l'] } },
        );
        const { partitions } = taken.snapshot;
        const texts = partitions.map(({ text }) => text);
        expect(texts).toEqual([...texts].sort());
        const { frame, sourceRows } = await readAll(taken, ['y']);
        expect(frame.rowCount).toBe(cells.length);
        let start = 0;
        for (const partition of partitions) {
          expect(partition.start).toBe(start);
          start += partition.count;
          for (const place of sourceRows.subarray(partition.start, start)) {
            const { k, l } = cells[place] as (typeof cells)[number];
            expect(partition.key).toEqual({ k, l: String(l) });
          }
        }
        expect(start).toBe(cells.length);
      }),
      { numRuns: 10 },
    );
  });

  it('are normalised only when asked', async () => {
    const text = csvOf('k,y,x', [
      [' A', 1, 1],
      ['a\u00a0', 2, 1],
      ['E\u0301', 3, 1],
      ['\u00e9', 4, 1],
    ]);
    const { snapshot } = await takeCsv(text, {
      partition: { by: 'k', normalise: ['trim', 'lowercase', 'nfc'] },
    });
    expect(snapshot.partitions.map(({ text: shown, count }) => [shown, count])).toEqual([
      ['k=a', 2],
      ['k=\u00e9', 2],
    ]);
    expect((await takeCsv(text)).snapshot.partitions).toHaveLength(4);
  });

  it('cut a numeric key into bins, missing apart', async () => {
    const text = csvOf('k,y', [
      [1, 1],
      [5, 2],
      [10, 3],
      [15.5, 4],
      [20, 5],
      [null, 6],
    ]);
    const bins = async (of: object) =>
      (await takeCsv(text, { partition: { by: 'k', bins: { k: of } as never } })).snapshot;
    const edges = await bins({ edges: [5, 10] });
    expect(edges.partitions.map(({ text: shown, count }) => [shown, count])).toEqual([
      ['k=[5, 10)', 1],
      ['k=\\N', 1],
      ['k=below 5', 1],
      ['k=from 10', 3],
    ]);
    expect(edges.columns[0]).toMatchObject({ name: 'k', kind: 'number' });
    const width = await bins({ count: 2, method: 'width' });
    expect(width.partitions.map(({ count }) => count)).toEqual([1, 3, 2]);
    const quantile = await bins({ count: 5 });
    expect(quantile.partitions.map(({ count }) => count)).toEqual([1, 1, 1, 1, 1, 1]);
    await expect(
      takeCsv('k,y,x\na,1,1\nb,2,2\n', { partition: { by: 'k', bins: { k: { count: 2 } } } }),
    ).rejects.toThrow('only numbers can be cut');
  });

  it('take 7 and 7.0 for one key', async () => {
    const { snapshot } = await takeCsv('k,y,x\n7,1,1\n7.0,2,2\n7.5,3,3\n');
    expect(snapshot.partitions.map(({ text }) => text)).toEqual(['k=7', 'k=7.5']);
  });

  it('beyond the maximum are refused with the count and the likely cause', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => [`id ${i}`, i, i % 3]);
    await expect(
      takeCsv(csvOf('k,y,x', rows), { partition: { by: 'k', max: 10 } }),
    ).rejects.toMatchObject({
      kind: 'limit-exceeded',
      message: expect.stringMatching(
        /50 rows into 50 partitions.*`partition.max` = 10.*identifier/,
      ),
    });
    await expect(takeCsv('k,y,x\n,1,2\n,2,3\n')).rejects.toThrow('missing in every row');
  });
});
