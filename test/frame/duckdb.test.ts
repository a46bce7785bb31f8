import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/frame/duckdb.ts';
import { sqlName, sqlPath, sqlText } from '../../src/frame/sql-text.ts';
import { TextLevels } from '../../src/frame/text-levels.ts';
import { testFolder } from '../support/test-folder.ts';

async function database(): Promise<Database> {
  const opened = await openDatabase({ threads: 1 });
  onTestFinished(() => opened.close());
  return opened;
}

describe('DuckDB', () => {
  it('gives back typed columns as they were written, in order, over many chunks', async () => {
    const db = await database();
    const count = 5000;
    const rows = Array.from({ length: count }, (_, i) => i);
    const table = await db.createTable('t', [
      { name: 'i', type: 'INTEGER' },
      { name: 'd', type: 'DOUBLE' },
      { name: 'b', type: 'UBIGINT' },
      { name: 's', type: 'VARCHAR' },
      { name: 't', type: 'TIMESTAMP' },
    ]);
    table.append(
      [
        Int32Array.from(rows),
        Float64Array.from(rows, (i) => i / 3),
        BigUint64Array.from(rows, (i) => 2n ** 64n - 1n - BigInt(i)),
        rows.map((i) => (i % 5 === 0 ? null : `level number ${i % 700}`)),
        rows.map((i) => (i % 2 === 0 ? null : BigInt(i) * 1_000_000n)),
      ],
      count,
    );
    table.close();
    const levels = new TextLevels();
    let seen = 0;
    for await (const chunk of db.stream(
      `SELECT i, d, b, s, coalesce(epoch_us(t), -1)::DOUBLE FROM t ORDER BY rowid`,
    )) {
      const codes = chunk.codes(3, levels);
      for (let r = 0; r < chunk.rowCount; r++) {
        const i = seen + r;
        expect(chunk.integers(0)[r]).toBe(i);
        expect(chunk.doubles(1)[r]).toBe(i / 3);
        expect(chunk.words(2)[r * 2]).toBe(2 ** 32 - 1 - i);
        expect(levels.texts[codes[r] as number] ?? null).toBe(
          i % 5 === 0 ? null : `level number ${i % 700}`,
        );
        expect(chunk.doubles(4)[r]).toBe(i % 2 === 0 ? -1 : i * 1e6);
      }
      seen += chunk.rowCount;
    }
    expect(seen).toBe(count);
  });

  it('streams while other statements run', async () => {
    const db = await database();
    let sum = 0;
    for await (const chunk of db.stream('SELECT i::DOUBLE FROM range(6000) r(i)')) {
      await db.run('CREATE OR REPLACE TABLE other AS SELECT 1');
      for (const value of chunk.doubles(0)) sum += value;
    }
    expect(sum).toBe((6000 * 5999) / 2);
  });

  it('takes any text as a name or a value, never as SQL', async () => {
    const db = await database();
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z"';\- ]{1,12}$/), async (text) => {
        const [row] = await db.rows(`SELECT ${sqlText(text)} AS ${sqlName(text)}`);
        expect(row).toEqual({ [text]: text });
      }),
    );
  });

  it('reads a file whose path looks like a pattern', async () => {
    const db = await database();
    const path = join(testFolder(), 'a[1]*?.parquet');
    await db.run(`COPY (SELECT 7 AS x) TO ${sqlText(path)} (FORMAT parquet)`);
    expect(await db.count(`SELECT x FROM read_parquet(${sqlPath(path)})`)).toBe(7);
  });

  it('loads no extension and knows one time zone', async () => {
    const db = await database();
    await expect(db.run('INSTALL httpfs')).rejects.toThrow();
    await expect(db.run("SELECT * FROM 'https://localhost:1/x.parquet'")).rejects.toThrow();
    expect(await db.rows("SELECT (TIMESTAMPTZ '2026-01-01 00:00:00+02')::VARCHAR AS t")).toEqual([
      { t: '2025-12-31 22:00:00+00' },
    ]);
  });

  it('says no to a column of another type', async () => {
    const db = await database();
    for await (const chunk of db.stream('SELECT 1::BIGINT')) {
      expect(() => chunk.doubles(0)).toThrow('BIGINT');
      expect(() => chunk.integers(0)).toThrow('BIGINT');
      expect(() => chunk.codes(0, new TextLevels())).toThrow('BIGINT');
    }
  });
});
