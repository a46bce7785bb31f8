import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { frameToArrow } from '../../src/frame/arrow.ts';
import { openDatabase } from '../../src/frame/duckdb.ts';
import { sqlText } from '../../src/frame/sql-text.ts';
import { makeSnapshot } from '../../src/sources/make-snapshot.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { frameOf } from '../frame/frames.ts';
import { seededRandom } from '../support/tables.ts';
import { makeFolder, testFolder } from '../support/test-folder.ts';
import { readAll, requestOf, take, takeCsv, valuesOf } from './snapshots.ts';

/** Writes the result of a query to a file. */
async function write(query: string, path: string, format: string): Promise<void> {
  const database = await openDatabase({ threads: 1 });
  await database.run(`COPY (${query}) TO ${sqlText(path)} (${format})`);
  database.close();
}

const PARQUET = 'FORMAT parquet, ROW_GROUP_SIZE 2048';
const ROWS = `SELECT * FROM (VALUES
  ('a', 1::INTEGER, 0.1::DOUBLE, true, TIMESTAMP '2026-01-01 00:00:00.000001', 'é"x'),
  ('b', 2, -0.0, false, NULL, ''),
  (NULL, 3, 1e300, NULL, TIMESTAMP '1969-12-31 23:59:59', NULL),
  ('a', 4, NULL, true, TIMESTAMP '2026-06-01 12:00:00', 'NA')) t(k, y, x, f, t, c)`;

async function sourceOf(kind: 'parquet' | 'json', query: string, wishes = {}) {
  const folder = testFolder();
  const path = `data.${kind}`;
  await write(query, join(folder, path), kind === 'json' ? 'FORMAT json' : PARQUET);
  return { ...requestOf({ kind, path }, { ...wishes, folder }) };
}

describe('one table', () => {
  it('has one digest, whether it comes as CSV, Parquet, JSON lines or Arrow', async () => {
    const text =
      'k,y,x,f,t,c\na,1,0.1,true,2026-01-01 00:00:00.000001,"é""x"\nb,2,-0.0,false,,""\n,3,1e300,,1969-12-31T23:59:59Z,\na,4,,true,2026-06-01 12:00,NA\n';
    const csv = await takeCsv(text);
    const folder = testFolder();
    const { frame } = await readAll(csv);
    writeFileSync(join(folder, 'data.arrow'), frameToArrow(frame));
    const others = [
      await take(await sourceOf('parquet', ROWS)),
      await take(await sourceOf('json', ROWS)),
      await take(requestOf({ kind: 'arrow', path: 'data.arrow' }, { folder })),
    ];
    for (const { snapshot } of others) {
      expect(snapshot.digest).toBe(csv.snapshot.digest);
      expect(snapshot.partitions).toEqual(csv.snapshot.partitions);
    }
    expect(await valuesOf(csv, 't')).toEqual([
      '2026-01-01T00:00:00.000Z',
      null,
      '1969-12-31T23:59:59.000Z',
      '2026-06-01T12:00:00.000Z',
    ]);
  });
});

describe('types of a Parquet file', () => {
  it('are converted as documented', async () => {
    const taken = await take(
      await sourceOf(
        'parquet',
        `SELECT 'a' AS k, i::DOUBLE AS y, 12345678901234.56::DECIMAL(18,2) AS d, 0.1::FLOAT AS f,
      DATE '2026-01-02' AS day, TIMESTAMPTZ '2026-01-01 00:00:00+02' AS at, TIMESTAMP_NS '2026-01-01 00:00:00.123456789' AS ns,
      uuid() AS u, TIME '01:02:03' AS clock, 'x'::ENUM('x','y') AS e, (9007199254740992 + i)::BIGINT AS big, i::UTINYINT AS small FROM range(3) r(i)`,
      ),
    );
    expect(taken.snapshot.columns.map(({ name, kind }) => `${name} ${kind}`).slice(2)).toEqual([
      'd number',
      'f number',
      'day time',
      'at time',
      'ns time',
      'u category',
      'clock category',
      'e category',
      'big category',
      'small number',
    ]);
    expect(await valuesOf(taken, 'd')).toEqual([
      12345678901234.56, 12345678901234.56, 12345678901234.56,
    ]);
    expect(await valuesOf(taken, 'f')).toContain(Math.fround(0.1));
    expect(await valuesOf(taken, 'day')).toContain('2026-01-02T00:00:00.000Z');
    expect(await valuesOf(taken, 'at')).toContain('2025-12-31T22:00:00.000Z');
    expect(await valuesOf(taken, 'big')).toEqual([
      '9007199254740992',
      '9007199254740993',
      '9007199254740994',
    ]);
    expect(taken.snapshot.columns.find(({ name }) => name === 'd')?.note).toContain(
      'nearest doubles',
    );
  });

  it('that hold many values in a cell are refused, or dropped when the spec says so', async () => {
    const query = `SELECT 'a' AS k, i AS y, i AS x, [i, 2] AS list, {'a': i} AS deep, 'b'::BLOB AS bytes FROM range(3) r(i)`;
    await expect(take(await sourceOf('parquet', query))).rejects.toThrow(
      /`list` is BIGINT\[\].*`columns.drop`/,
    );
    const request = await sourceOf('parquet', query, {
      columns: { drop: ['list', 'deep', 'bytes'] },
    });
    const { snapshot } = await take(request);
    expect(snapshot.columns.map(({ name }) => name)).toEqual(['k', 'y', 'x']);
    expect(snapshot.warnings.filter((warning) => warning.includes('not kept'))).toHaveLength(3);
  });
});

describe('a Parquet file that lies or is broken', () => {
  it('is refused by what it declares, before anything is read', async () => {
    const query = `SELECT 'a' AS k, 1 AS y, 2 AS x FROM range(300000)`;
    const request = await sourceOf('parquet', query, { limits: { source_cells: 800_000 } });
    await expect(take(request)).rejects.toMatchObject({
      kind: 'limit-exceeded',
      message: expect.stringContaining('300,000 rows × 3 columns'),
    });
  });

  it('is refused when it changes while it is read', async () => {
    const request = await sourceOf('parquet', ROWS);
    const path = join(request.baseFolder, 'data.parquet');
    const made = makeSnapshot(request, new AbortController().signal, ({ step }) => {
      if (step === 'reading') appendFileSync(path, 'more');
    });
    await expect(made).rejects.toThrow('changed while it was read');
  });
});

describe('damaged files', () => {
  const folder = makeFolder();
  const rows = Array.from({ length: 300 }, (_, i) => i);
  const frame = frameOf({
    k: rows.map((i) => `k${i % 3}`),
    y: rows.map((i) => i / 3),
    x: rows.map((i) => `text ${i % 17}`),
  });

  beforeAll(async () => {
    await write(
      `SELECT 'k' || (i % 3) AS k, i / 3 AS y, 'text ' || (i % 17) AS x FROM range(300) r(i)`,
      join(folder, 'good.parquet'),
      PARQUET,
    );
    writeFileSync(join(folder, 'good.arrow'), frameToArrow(frame));
  });

  it.each(['parquet', 'arrow'] as const)(
    'of kind %s are refused with a reason, or read as a table',
    async (kind) => {
      const good = readFileSync(join(folder, `good.${kind}`));
      const path = join(folder, `bad.${kind}`);
      const random = seededRandom(11);
      const source = { kind, path: `bad.${kind}` } as SpecInput['data']['source'];
      let refused = 0;
      for (let variant = 0; variant < 60; variant++) {
        const bad = Buffer.from(good);
        const at = Math.floor(random() * bad.length);
        bad[at] = (bad[at] as number) ^ (1 << Math.floor(random() * 8));
        writeFileSync(path, bad);
        if (variant % 3 === 0) truncateSync(path, at);
        const outcome = await take(requestOf(source, { folder })).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          refused++;
          expect(outcome).toMatchObject({ name: 'Failure', message: expect.stringMatching(/\.$/) });
        }
      }
      expect(refused).toBeGreaterThanOrEqual(20);
    },
  );
});

describe('JSON lines', () => {
  const json = async (text: string, wishes = {}) => {
    const folder = testFolder();
    writeFileSync(join(folder, 'data.jsonl'), text);
    return take(requestOf({ kind: 'json', path: 'data.jsonl' }, { ...wishes, folder }));
  };

  it('keep text as text and find times only where all are', async () => {
    const taken = await json(
      '{"k":"a","y":1,"code":"007","t":"2026-01-01T00:00:00Z","w":"2026-01-01"}\n{"k":"b","y":2.5,"code":"12","t":"2026-01-02T00:00:00Z","w":"soon"}\n',
    );
    expect(taken.snapshot.columns.map(({ kind }) => kind)).toEqual([
      'category',
      'number',
      'category',
      'time',
      'category',
    ]);
    expect(await valuesOf(taken, 'code')).toEqual(['007', '12']);
    expect(await valuesOf(taken, 'w')).toEqual(['2026-01-01', 'soon']);
  });

  it('may lack fields, and may be one array', async () => {
    const taken = await json('[{"k":"a","y":1},{"k":"b","y":2,"x":9007199254740993}]');
    expect(await valuesOf(taken, 'x')).toEqual([null, '9007199254740993']);
  });

  it.each([
    ['broken', '{"k":"a","y":1}\n{"k":\n', "can't be read"],
    ['nested', '{"k":"a","y":1,"x":{"deep":1}}\n{"k":"b","y":1,"x":{"deep":2}}\n', '`x` is STRUCT'],
    ['empty', '', ''],
    ['no objects', '1\n2\n', 'no objects'],
  ])('that are %s are refused', async (_, text, message) => {
    await expect(json(text)).rejects.toMatchObject({
      kind: 'invalid-data',
      message: expect.stringContaining(message),
    });
  });

  it('beyond the cells allowed are refused', async () => {
    const text = '{"k":"a","y":1,"x":2}\n'.repeat(100);
    await expect(json(text, { limits: { source_cells: 200 } })).rejects.toMatchObject({
      kind: 'limit-exceeded',
    });
  });
});
