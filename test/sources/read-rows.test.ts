import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/frame/duckdb.ts';
import { sqlText } from '../../src/frame/sql-text.ts';
import { cellText, numberText } from '../../src/sources/cell-text.ts';
import { CellTimes } from '../../src/sources/cell-time.ts';
import { numberText as numberSql, timeOfText } from '../../src/sources/column-sql.ts';
import { readRows } from '../../src/sources/read-rows.ts';
import type { SnapshotColumn } from '../../src/sources/snapshot.ts';
import { experiment } from '../../src/spec/parse-spec.ts';

let database: Database;
beforeAll(async () => {
  database = await openDatabase({ threads: 1 });
});
afterAll(() => database.close());

const TRAINED: readonly SnapshotColumn[] = [
  { name: 'store', kind: 'category', sourceType: 'text', holds: 'text' },
  { name: 'size', kind: 'number', sourceType: 'text', holds: 'number' },
  { name: 'code', kind: 'category', sourceType: 'text', holds: 'integer' },
  { name: 'at', kind: 'time', sourceType: 'text', holds: 'time_text' },
  { name: 'sold', kind: 'number', sourceType: 'text', holds: 'number' },
];
const { spec: SPEC } = experiment({
  version: 1,
  name: 'sales',
  data: { source: { kind: 'csv', path: 'x.csv' } },
  partition: { by: ['store'], normalise: ['trim', 'lowercase'] },
  target: { column: 'sold', task: 'regression' },
  time: 'at',
});

describe('numbers as text', () => {
  it('are written as the database writes them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double(), { minLength: 1, maxLength: 50 }), async (numbers) => {
        const list = numbers.map((number) => `('${number}'::DOUBLE)`).join(', ');
        const rows = await database.rows(
          `SELECT ${numberSql('x')} AS text FROM (VALUES ${list}) AS t(x)`,
        );
        expect(numbers.map(numberText)).toEqual(rows.map(({ text }) => text));
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  it.each([1e-5, 1e-4, 1e15, 1e16, 1.5e22, 9_007_199_254_740_994, -0, 123_456_789.125])(
    'is so for %d',
    async (number) => {
      const [row] = await database.rows(`SELECT ${numberSql(`'${number}'::DOUBLE`)} AS text`);
      expect(numberText(number)).toBe(row?.['text']);
    },
  );
});

describe('times', () => {
  const TEXTS = [
    '2026-01-31',
    '2026/01/31 23:59',
    '2026-03-29T02:30:00',
    '2026-10-25 02:30:00.123456',
    '2026-07-01T12:00:00Z',
    '2026-07-01 12:00:00+0530',
    '2026-07-01 12:00:00 -03',
    '1969-12-31T23:59:59.5UTC',
  ];

  it.each(['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kolkata'])(
    'are read as the database reads them, in %s where they name no zone',
    async (timezone) => {
      const rows = await database.rows(
        `SELECT epoch_us(${timeOfText('x', timezone)}) AS micros FROM (VALUES ${TEXTS.map((text) => `(${sqlText(text)})`).join(', ')}) AS t(x)`,
      );
      const times = new CellTimes(timezone, TEXTS);
      expect(TEXTS.map((text) => times.microsOf(text))).toEqual(
        rows.map(({ micros }) => Number(micros)),
      );
    },
  );

  it('are numbers since 1970 in the unit that the largest of them tells', () => {
    const times = new CellTimes('UTC', [1_700_000_000_000]);
    expect(times.microsOf(1_700_000_000_000)).toBe(1_700_000_000_000_000);
  });
});

describe('rows that came as JSON', () => {
  it('are divided by the key as training wrote it, in time order', () => {
    const parts = readRows(
      [
        { store: ' North', size: '2.5', code: 7, at: '2026-01-02' },
        { store: 'south', size: null, code: '7.0', at: '2026-01-01' },
        { store: 'NORTH ', size: true, at: '2026-01-01' },
        { store: null, size: 1, at: '2026-01-01' },
      ],
      SPEC,
      TRAINED,
    );
    expect(parts.map(({ text, places }) => [text, [...places]])).toEqual([
      ['store=north', [2, 0]],
      ['store=south', [1]],
      ['store=\\N', [3]],
    ]);
    const [north, south] = parts;
    expect(north?.frame.columns.find(({ name }) => name === 'size')).toMatchObject({
      values: Float64Array.of(1, 2.5),
    });
    const codes = [north, south].map((part) =>
      part?.frame.columns.find(({ name }) => name === 'code'),
    );
    expect(codes).toMatchObject([
      { codes: Int32Array.of(-1, 0), levels: ['7'] },
      { codes: Int32Array.of(0), levels: ['7'] },
    ]);
  });

  it('fall into the bins that training cut', () => {
    const trained = TRAINED.map((column) =>
      column.name === 'store' ? { ...column, edges: [10, 20] } : column,
    );
    const rows = [5, 10, 19.9, 20, null].map((store) => ({ store, at: '2026-01-01' }));
    expect(readRows(rows, SPEC, trained).map(({ text }) => text)).toEqual([
      'store=below 10',
      'store=[10, 20)',
      'store=from 20',
      'store=\\N',
    ]);
  });

  it.each([
    [{ store: 'a', size: 'big' }, /`size` holds "big" in row 1, which is no number/],
    [{ store: 'a', at: 'soon' }, /`at` holds "soon" in row 1, which is no timestamp/],
    [{ size: 1 }, /no column `store`, which tells the model/],
  ])('are refused as %o with their place', (row, why) => {
    expect(() => readRows([row as never], SPEC, TRAINED)).toThrow(why);
  });

  it('may be called what objects answer to', () => {
    const row = JSON.parse('{"store": "a", "__proto__": "x", "constructor": 1}') as never;
    expect(readRows([row], SPEC, TRAINED)).toHaveLength(1);
  });

  it('say true and false in the words of the database', async () => {
    for (const word of ['true', 'T', 'yes', '1', 'on', 'no', 'F', '0', 'maybe']) {
      const [row] = await database.rows(
        `SELECT coalesce(lower(TRY_CAST(${sqlText(word)} AS BOOLEAN)::VARCHAR), ${sqlText(word)}) AS text`,
      );
      expect(cellText(word, 'boolean', () => Number.NaN)).toBe(row?.['text']);
    }
  });
});
