import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashRows } from '../../src/frame/row-hash.ts';
import { csvOf, readAll, takeCsv } from './snapshots.ts';

describe('digests of a snapshot', () => {
  const row = fc.record({
    k: fc.constantFrom('a', 'b', null),
    x: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
    c: fc.option(fc.constantFrom('', 'p', 'q'), { nil: null }),
  });
  const tables = fc.array(row, { minLength: 3, maxLength: 30 });
  const rowsOf = (cells: readonly { k: string | null; x: number | null; c: string | null }[]) =>
    cells.map(({ k, x, c }) => [k, 1, x, c] as const);

  it('do not depend on the order of rows, and nor do rows, hashes and partitions', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.infiniteStream(fc.nat()), async (cells, ranks) => {
        const all = [...cells, { k: 'a', x: 0.5, c: 'p' }];
        const shuffled = all
          .map((cell) => ({ cell, rank: ranks.next().value as number }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ cell }) => cell);
        const [a, b] = [
          await takeCsv(csvOf('k,y,x,c', rowsOf(all))),
          await takeCsv(csvOf('k,y,x,c', rowsOf(shuffled))),
        ];
        expect(b.snapshot).toEqual(a.snapshot);
        const [rowsA, rowsB] = [await readAll(a), await readAll(b)];
        expect(rowsB.frame).toEqual(rowsA.frame);
        expect(rowsB.rowHashes).toEqual(rowsA.rowHashes);
      }),
      { numRuns: 8 },
    );
  });

  it('change for the partition that changes, and for no other', async () => {
    const text = 'k,y,x\na,1,1\na,2,2\nb,3,3\nb,4,4\n';
    const before = (await takeCsv(text)).snapshot;
    const after = (await takeCsv(text.replace('b,4,4', 'b,4,5'))).snapshot;
    expect(after.digest).not.toBe(before.digest);
    expect(after.schemaDigest).toBe(before.schemaDigest);
    expect(after.partitions[0]).toEqual(before.partitions[0]);
    expect(after.partitions[1]?.digest).not.toBe(before.partitions[1]?.digest);
  });

  it('are those of the rows that the file holds', async () => {
    const taken = await takeCsv(
      csvOf('k,y,x,c', [
        ['a', 1, 0.1, 'p'],
        ['b', 2, null, null],
        ['a', 3, -0, ''],
      ]),
    );
    const { frame, rowHashes } = await readAll(taken);
    expect(Buffer.from(rowHashes)).toEqual(Buffer.from(hashRows(frame)));
  });
});
