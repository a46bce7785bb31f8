import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashRows } from '../../src/frame/row-hash.ts';
import { testFolder } from '../support/test-folder.ts';
import { readAll, requestOf, take, takeCsv, valuesOf } from './snapshots.ts';

const quote = (text: string | null): string =>
  text === null ? '' : `"${text.replaceAll('"', '""')}"`;
const csvOf = (header: string, rows: readonly (readonly (string | number | null)[])[]): string =>
  `${header}\n${rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell : quote(cell))).join(',')).join('\n')}\n`;

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

describe('a snapshot with a time column', () => {
  const days = (count: number) =>
    Array.from(
      { length: count },
      (_, i) =>
        [
          i % 2 === 0 ? 'a' : 'b',
          i,
          new Date(Date.UTC(2026, 0, 1 + ((i * 7) % count))).toISOString(),
          i % 3,
        ] as const,
    );

  it('has the rows of a partition in time order, those without a time first', async () => {
    const taken = await takeCsv(csvOf('k,y,t,x', [...days(40), ['a', 99, null, 1]]), { time: 't' });
    const { frame } = await readAll(taken, ['t']);
    const micros = frame.columns[0]?.kind === 'time' ? [...frame.columns[0].micros] : [];
    const [a, b] = taken.snapshot.partitions;
    const ofA = micros.slice(0, a?.count);
    expect(ofA[0]).toBeNaN();
    expect(ofA.slice(1)).toEqual(ofA.slice(1).toSorted((one, other) => one - other));
    const ofB = micros.slice(a?.count);
    expect(ofB).toEqual(ofB.toSorted((one, other) => one - other));
    expect(ofB).toHaveLength(b?.count as number);
    expect(taken.snapshot.warnings).toContain('1 rows have no `t`.');
  });

  it('cuts folds and holdout at times of the whole table', async () => {
    const { snapshot } = await takeCsv(csvOf('k,y,t,x', days(100)), {
      time: 't',
      validate: { holdout: 0.2, folds: 3 },
    });
    const day = (number: number) => Date.UTC(2026, 0, number) * 1000;
    expect(snapshot.cutoffs).toEqual([day(21), day(41), day(61), day(81)]);
    const shuffled = await takeCsv(csvOf('k,y,t,x', days(100)), {
      time: 't',
      validate: { scheme: 'shuffled' },
    });
    expect(shuffled.snapshot.cutoffs).toEqual([]);
  });

  it('refuses times too few to cut', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => [
      'a',
      i,
      i % 2 === 0 ? '2026-01-01' : '2026-01-02',
      i % 3,
    ]);
    await expect(takeCsv(csvOf('k,y,t,x', rows), { time: 't' })).rejects.toThrow(
      'has 2 distinct values',
    );
  });

  it('takes numbers as seconds or milliseconds by their size', async () => {
    const seconds = await takeCsv('k,y,t\na,1,1767225600\nb,2,1767225601.5\n', {
      time: 't',
      validate: { scheme: 'shuffled' },
      features: { engineer: [{ calendar: 't' }] },
    });
    expect(await valuesOf(seconds, 't')).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T00:00:01.500Z',
    ]);
    const millis = await takeCsv('k,y,t\na,1,1767225600000\nb,2,1767225601500\n', {
      time: 't',
      validate: { scheme: 'shuffled' },
      features: { engineer: [{ calendar: 't' }] },
    });
    expect(await valuesOf(millis, 't')).toEqual(await valuesOf(seconds, 't'));
  });
});

describe('a spec that does not fit its data', () => {
  it.each([
    [
      'key',
      { partition: { by: 'kk' } },
      '`partition.by` names the column `kk`, which the source does not have. Did you mean `k`?',
    ],
    ['target', { target: { column: 'z9', task: 'regression' } }, '`target.column`'],
    ['time', { time: 'tme' }, '`time` names the column `tme`'],
    ['id', { columns: { id: 'nope' } }, '`columns.id`'],
    ['weight', { columns: { weight: 'nope' } }, '`columns.weight`'],
    ['dropped column', { columns: { drop: ['nope'] } }, '`columns.drop`'],
    ['typed column', { columns: { types: { nope: 'text' } } }, '`columns.types`'],
    ['engineered column', { features: { engineer: [{ log: 'nope' }] } }, '`features.engineer`'],
  ] as const)('is told of a missing %s', async (_, wishes, message) => {
    await expect(takeCsv('k,y,x\na,1,2\nb,2,3\n', wishes as never)).rejects.toMatchObject({
      kind: 'invalid-data',
      message: expect.stringContaining(message),
    });
  });

  it('is told when target, weight or time hold the wrong thing, or no feature is left', async () => {
    const text = 'k,y,x,z\na,1,two,1\nb,2,three,2\n';
    await expect(takeCsv(text, { target: { column: 'x', task: 'regression' } })).rejects.toThrow(
      'regression needs a number',
    );
    await expect(takeCsv(text, { columns: { weight: 'x' } })).rejects.toThrow(
      'a weight is a number',
    );
    await expect(takeCsv(text, { time: 'x' })).rejects.toThrow('not all of its values are times');
    await expect(takeCsv(text, { columns: { drop: ['x', 'z'] } })).rejects.toThrow(
      'none is left as a feature',
    );
  });
});

describe('a snapshot', () => {
  it('keeps key, id and labels as text, whatever they look like', async () => {
    const taken = await takeCsv('k,y,id,x\n1,0,10,0.5\n2,1,11,0.25\n', {
      target: { column: 'y', task: 'classification' },
      columns: { id: 'id' },
    });
    expect(taken.snapshot.columns.map(({ kind }) => kind)).toEqual([
      'category',
      'category',
      'category',
      'number',
    ]);
    expect(await valuesOf(taken, 'y')).toEqual(['0', '1']);
  });

  it('warns of constants, identifiers and empty columns, and strict stops there', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [
      `k${i % 2}`,
      i % 5,
      `code ${i}`,
      7,
      null,
      i + 0.5,
    ]);
    const text = csvOf('k,y,code,same,none,x', rows);
    const { snapshot } = await takeCsv(text);
    expect(snapshot.warnings).toEqual([
      expect.stringContaining('`code` has another value in every row'),
      expect.stringContaining('`same` has one value'),
      expect.stringContaining('`none` has no values'),
    ]);
    await expect(takeCsv(text, { strict: true })).rejects.toThrow('`strict`');
  });

  it('keeps columns whose names differ by case, or are ours', async () => {
    const taken = await takeCsv(
      'k,y,x,X,__row,__hash_low,"a"" b"\na,1,2,3,4,5,6\nb,7,8,9,10,11,12\n',
    );
    expect(await valuesOf(taken, 'x')).toEqual([2, 8]);
    expect(await valuesOf(taken, 'X')).toEqual([3, 9]);
    expect(await valuesOf(taken, '__row')).toEqual([4, 10]);
    expect(await valuesOf(taken, 'a" b')).toEqual([6, 12]);
  });

  it('treats an infinite number as missing', async () => {
    const taken = await takeCsv('k,y,x\na,1,inf\nb,2,-Infinity\nb,3,nan\nb,4,5\n');
    expect(await valuesOf(taken, 'x')).toEqual([null, null, null, 5]);
  });

  it('leaves one file when it is made, and none when it is not', async () => {
    const folder = testFolder();
    const { parquetPath } = await takeCsv('k,y,x\na,1,2\nb,2,3\n', { folder });
    const out = join(folder, 'out');
    expect(readdirSync(out).map((name) => join(out, name))).toEqual([parquetPath]);
    await expect(takeCsv('k,y,x\na,1,2\nb,2\n', { folder })).rejects.toThrow('line 3');
    expect(readdirSync(out)).toHaveLength(1);
  });

  it('is not made when the signal was aborted', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'data.csv'), 'k,y,x\na,1,2\nb,2,3\n');
    const request = requestOf({ kind: 'csv', path: 'data.csv' }, { folder });
    const { makeSnapshot } = await import('../../src/sources/make-snapshot.ts');
    const abort = new AbortController();
    const reason = new Error('enough');
    const made = makeSnapshot(
      request,
      abort.signal,
      ({ step }) => step === 'hashing' && abort.abort(reason),
    );
    await expect(made).rejects.toBe(reason);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
    expect((await take(request)).snapshot.rowCount).toBe(2);
  });
});
