import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../support/test-folder.ts';
import { requestOf, take, takeCsv, valuesOf } from './snapshots.ts';

describe('types of a CSV file', () => {
  it('come from all values, and what only looks like a number stays text', async () => {
    const taken = await takeCsv(
      'k,y,code,flag,when,word\na,1,007,true,2026-01-01,NA\nb,2.5,10,False,2026-01-02 03:04:05,x\nb,-3e2,11,TRUE,2026-01-02T03:04:05.678901+02:00,\n',
    );
    expect(taken.snapshot.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'k category',
      'y number',
      'code category',
      'flag category',
      'when time',
      'word category',
    ]);
    expect(await valuesOf(taken, 'y')).toEqual([1, 2.5, -300]);
    expect(await valuesOf(taken, 'code')).toEqual(['007', '10', '11']);
    expect(await valuesOf(taken, 'flag')).toEqual(['true', 'false', 'true']);
    expect(await valuesOf(taken, 'when')).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-02T03:04:05.000Z',
      '2026-01-02T01:04:05.678Z',
    ]);
    expect(await valuesOf(taken, 'word')).toEqual(['NA', 'x', null]);
  });

  it('see the last row as well as the first', async () => {
    const numbers = Array.from({ length: 30_000 }, (_, i) => `a,${i},${i % 7}\n`).join('');
    const taken = await takeCsv(`k,y,x\n${numbers}a,1,late\n`);
    expect(taken.snapshot.columns.at(-1)).toMatchObject({ name: 'x', kind: 'category' });
  });

  it('read numbers as the nearest double', async () => {
    const texts = [
      '0.1',
      '1e-320',
      '9007199254740991',
      '0.30000000000000004',
      '1.7976931348623157e308',
    ];
    const rows = texts.map((text) => `a,${text},1`).join('\n');
    expect(await valuesOf(await takeCsv(`k,y,x\n${rows}\n`), 'y')).toEqual(texts.map(Number));
  });

  it('never round an integer: beyond 2^53 it is text', async () => {
    const taken = await takeCsv('k,y,big\na,1,9007199254740993\nb,2,12\n');
    expect(await valuesOf(taken, 'big')).toEqual(['9007199254740993', '12']);
    expect(taken.snapshot.columns[2]?.note).toContain('2^53');
  });

  it('follow the spec where it declares them', async () => {
    const taken = await takeCsv(
      'k,y,a,b,c,d\na,1,1.0,yes,2026-01-01,007\nb,2,2.0,no,2026-01-02,8\n',
      {
        columns: { types: { a: 'text', b: 'boolean', c: 'timestamp', d: 'number' } },
      },
    );
    expect(await valuesOf(taken, 'a')).toEqual(['1.0', '2.0']);
    expect(await valuesOf(taken, 'b')).toEqual(['true', 'false']);
    expect(await valuesOf(taken, 'd')).toEqual([7, 8]);
    await expect(
      takeCsv('k,y,a\na,1,1\nb,2,two\n', { columns: { types: { a: 'number' } } }),
    ).rejects.toThrow("Column `a` holds 'two' in row 2, which is no number.");
  });

  it('place times without a zone in the declared one, summer and winter', async () => {
    const taken = await takeCsv(
      'k,y,t\na,1,2026/01/01 12:00\nb,2,2026-07-01 12:00\nb,3,2026-07-01T12:00Z\n',
      {
        data: { timezone: 'Europe/Berlin' },
      },
    );
    expect(await valuesOf(taken, 't')).toEqual([
      '2026-01-01T11:00:00.000Z',
      '2026-07-01T10:00:00.000Z',
      '2026-07-01T12:00:00.000Z',
    ]);
  });
});

describe('cells of a CSV file', () => {
  it('are missing when empty, empty when quoted, and missing by the words of the spec', async () => {
    const taken = await takeCsv('k,y,x\na,1,\nb,2,""\nb,3,n/a\nb,4,"n/a"\n', {
      data: { null_values: ['n/a'] },
    });
    expect(await valuesOf(taken, 'x')).toEqual([null, '', null, 'n/a']);
  });

  it('hold what a writer can quote, in any dialect', async () => {
    const unit = fc.constantFrom(...Array.from('ab01. ,;|"\n\r\té🙂'));
    const cell = fc.oneof(fc.constant(null), fc.string({ unit, maxLength: 6 }));
    const table = fc.array(fc.tuple(cell, cell), { minLength: 2, maxLength: 12 });
    const dialect = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      end: fc.constantFrom('\n', '\r\n'),
      bom: fc.boolean(),
      last: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(table, dialect, async (rows, { delimiter, end, bom, last }) => {
        const quote = (text: string | null) =>
          text === null ? '' : `"${text.replaceAll('"', '""')}"`;
        const lines = rows.map((row, i) => ['k', i, ...row.map(quote)].join(delimiter));
        const text = [['k', 'y', 'a x', 'b x'].join(delimiter), ...lines].join(end);
        const taken = await takeCsv(`${bom ? '\ufeff' : ''}${text}${last ? end : ''}`, {
          columns: { types: { 'a x': 'text', 'b x': 'text' } },
        });
        expect(await valuesOf(taken, 'a x')).toEqual(rows.map(([a]) => a));
        expect(await valuesOf(taken, 'b x')).toEqual(rows.map(([, b]) => b));
      }),
      { numRuns: 20 },
    );
  });

  it('survive line ends of several kinds and headers over several lines', async () => {
    const taken = await takeCsv('\ufeffk;y;"a ""b""\nc"\r\na;1;"x\ny"\nb;2;z\r\nb;3;\r\n');
    expect(taken.snapshot.columns[2]?.name).toBe('a "b"\nc');
    expect(await valuesOf(taken, 'a "b"\nc')).toEqual(['x\ny', 'z', null]);
    expect(taken.snapshot.rowCount).toBe(3);
  });

  it('are read from gzip too', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'data.csv.gz'), gzipSync('k,y,x\na,1,2\nb,3,4\n'));
    const taken = await take(requestOf({ kind: 'csv', path: 'data.csv.gz' }, { folder }));
    expect(await valuesOf(taken, 'x')).toEqual([2, 4]);
  });
});

describe('a CSV file that is wrong', () => {
  it.each([
    ['is empty', '', 'is empty'],
    ['has only a header', 'k,y,x\n', 'no rows'],
    ['has one row', 'k,y,x\na,1,2\n', 'one row'],
    ['repeats a name', 'k,y,y,x\na,1,2,3\n', 'two columns `y`, at positions 2 and 3'],
    [
      'has too long a row',
      'k,y,x\na,1,2\na,1,2,3\n',
      'line 3 has 4 values, but the header names 3',
    ],
    ['has too short a row', 'k,y,x\n"a\nb",1,2\na\n', 'line 4 has 1 value, but the header names 3'],
    [
      'never closes a quote',
      'k,y,x\na,1,2\nb,2,"open\nc,3,4\n',
      'line 3 opens a quote that never closes',
    ],
    ['has text after a quote', 'k,y,x\na,1,"b"c\n', 'line 2 has text after a closing quote'],
    ['holds a NUL byte', 'k,y,x\na,1,b\0\n', 'NUL byte at line 2 (byte 11)'],
    ['has one column only', 'k\na\nb\n', 'names the column `y`'],
  ])('that %s is refused with the place', async (_, text, message) => {
    await expect(takeCsv(text)).rejects.toMatchObject({
      kind: 'invalid-data',
      message: expect.stringContaining(message),
    });
  });

  it('that is not UTF-8 is refused with the offset', async () => {
    const latin1 = Buffer.from('k,y,x\na,1,é\nb,2,ü\n', 'latin1');
    await expect(takeCsv(latin1)).rejects.toThrow('not UTF-8 at line 2 (byte 10)');
    await expect(takeCsv(Buffer.from('\ufeffk,y\na,1\n', 'utf16le'))).rejects.toThrow('UTF-16');
  });

  it('that opens a quote for five megabytes is refused with the line', async () => {
    await expect(takeCsv(`k,y,x\na,1,"${'z\n'.repeat(2_500_000)}`)).rejects.toThrow('line 2 opens');
  });

  it('that holds more cells than allowed is refused', async () => {
    const rows = 'a,1,2\n'.repeat(1000);
    await expect(
      takeCsv(`k,y,x\n${rows}`, { limits: { source_cells: 2000 } }),
    ).rejects.toMatchObject({
      kind: 'limit-exceeded',
      message: expect.stringContaining('limits.source_cells'),
    });
  });

  it('that is not there is named, and so is a folder', async () => {
    const folder = testFolder();
    const csv = (path: string) => take(requestOf({ kind: 'csv', path }, { folder }));
    await expect(csv('nothing.csv')).rejects.toThrow('no file `nothing.csv`');
    await expect(csv('*.csv')).rejects.toThrow('no file `*.csv`');
    await expect(csv('.')).rejects.toThrow('is a folder');
  });
});

describe('several CSV files', () => {
  it('are one table when their headers agree', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'b.csv'), 'k,y,x\nb,3,4\n');
    writeFileSync(join(folder, 'a.csv'), 'k,y,x\na,1,2\na,2,2\n');
    const request = requestOf({ kind: 'csv', path: '*.csv' }, { folder });
    expect(await valuesOf(await take(request), 'y')).toEqual([1, 2, 3]);
    writeFileSync(join(folder, 'c.csv'), 'k,x,y\nb,3,4\n');
    await expect(take(request)).rejects.toThrow('other columns');
  });

  it('a file name with pattern characters is itself', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'data[1].csv'), 'k,y,x\na,1,2\nb,3,4\n');
    const taken = await take(requestOf({ kind: 'csv', path: 'data[1].csv' }, { folder }));
    expect(taken.snapshot.rowCount).toBe(2);
  });
});
