import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql, writeParquet, writeTable } from '../../src/engines/spark/connect/plan.ts';
import { parseRemote } from '../../src/engines/spark/connect/remote.ts';
import { SparkSession } from '../../src/engines/spark/connect/spark-session.ts';
import { SparkEngine } from '../../src/engines/spark/spark-engine.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { readAll, requestOf, type Taken, takeCsv } from '../sources/snapshots.ts';
import type { TestSpark } from '../support/spark.ts';
import { installedRuntime } from '../support/spark-runtime.ts';
import { makeFolder, testFolder } from '../support/test-folder.ts';

const MINUTE = 60_000;
const ROWS = 60;
const TEXTS = [
  '',
  ' padded ',
  'ünï😀',
  'a "quoted", text',
  "it's",
  'two\nlines',
  'back\\slash',
  null,
];

type Cells = readonly (string | number | null)[];

/** Values that are easily changed on the way; each row has its own. */
function cellsOf(i: number): Cells {
  const second = String(i).padStart(2, '0');
  return [
    ([' North', 'south ', null][i % 3] ?? null) as string | null,
    ([0.1, 1e21, 7, -0.5e-7, null][i % 5] ?? null) as number | null,
    i % 7 === 3 ? null : (i * 7919) % 13,
    i % 11 === 5 ? null : `${9_007_199_254_740_993n + BigInt(i)}`,
    i % 4 === 1 ? null : `${i}.${String((i * 37) % 1000).padStart(3, '0')}`,
    ['true', 'false', null][i % 3] ?? null,
    i % 13 === 7 ? null : `2026-01-02 03:04:${second}.${String(i * 16_661).padStart(6, '0')}`,
    i % 9 === 4 ? null : `19${String(60 + (i % 40))}-02-28`,
    TEXTS[i % TEXTS.length] ?? null,
    i,
    i / 3,
  ];
}

const HEADER = 'k,level,count,wide,price,flag,t,day,note,id,y';
const TYPES = [
  'STRING',
  'DOUBLE',
  'BIGINT',
  'BIGINT',
  'DECIMAL(12,3)',
  'BOOLEAN',
  'TIMESTAMP',
  'DATE',
  'STRING',
  'INT',
  'DOUBLE',
];
const TEXT_COLUMNS = ['k', 'note'];

/** Numbers, booleans and times stand bare in a CSV file; text is quoted. */
function csv(): string {
  const names = HEADER.split(',');
  const rows = Array.from({ length: ROWS }, (_, i) => cellsOf(i));
  const lines = rows.map((cells) =>
    cells
      .map((cell, c) => {
        if (cell === null) return '';
        if (!TEXT_COLUMNS.includes(names[c] as string)) return String(cell);
        return `"${String(cell).replaceAll('"', '""')}"`;
      })
      .join(','),
  );
  return `${HEADER}\n${lines.join('\n')}\n`;
}

/** The same values as SQL, in another order. */
function values(): string {
  const literal = (cell: Cells[number], type: string): string => {
    if (cell === null) return `CAST(NULL AS ${type})`;
    const text = `'${String(cell).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
    return `CAST(${text} AS ${type})`;
  };
  const rows = Array.from({ length: ROWS }, (_, i) => cellsOf((i * 17) % ROWS)).map(
    (cells) => `(${cells.map((cell, c) => literal(cell, TYPES[c] as string)).join(', ')})`,
  );
  return `SELECT * FROM VALUES ${rows.join(', ')} AS rows(${HEADER})`;
}

/** A table that only the cluster reads gives the snapshot of the same values in a file. `start`: a Spark that we may end. */
export function describeSparkSource(name: string, start: () => Promise<TestSpark>): void {
  describe(`a table on ${name}`, { timeout: 5 * MINUTE }, () => {
    let spark: TestSpark;
    let engine: SparkEngine;
    let session: SparkSession;
    const folder = makeFolder();

    beforeAll(async () => {
      spark = await start();
      engine = new SparkEngine({ remote: spark.remote, runtime: installedRuntime });
      session = await SparkSession.open(parseRemote(spark.remote));
      await session.setConfig({ 'spark.sql.session.timeZone': 'UTC' });
      await session.run(writeTable(sql(values()), 'readings'));
      await session.run(writeParquet(sql(values()), join(folder, 'readings')));
    }, 15 * MINUTE);
    afterAll(async () => {
      await session?.release();
      await engine?.close();
      await spark?.stop();
      rmSync(folder, { recursive: true, force: true });
    }, MINUTE);

    const take = (source: SpecInput['data']['source'], wishes: Parameters<typeof requestOf>[1]) =>
      engine.takeSnapshot(
        requestOf(source, { ...wishes, engine: { kind: 'spark', remote: spark.remote } }),
        new AbortController().signal,
      );
    const factsOf = ({ snapshot }: Taken) => ({
      digest: snapshot.digest,
      partitions: snapshot.partitions,
      columns: snapshot.columns.map(({ name, kind }) => [name, kind]),
      cutoffs: snapshot.cutoffs,
      rows: snapshot.rowCount,
    });
    const contentOf = async (taken: Taken) => {
      const { frame, rowHashes } = await readAll(taken);
      return { frame, rowHashes };
    };

    it('gives the snapshot of the same values in a file, digest by digest and row by row', async () => {
      const partition: SpecInput['partition'] = {
        by: ['k', 'level'],
        normalise: ['trim', 'lowercase'],
      };
      const wishes = { partition, columns: { id: 'id' } };
      const here = await takeCsv(csv(), wishes);
      for (const source of [
        { kind: 'spark', table: 'readings' },
        { kind: 'spark', path: join(folder, 'readings') },
      ] as const) {
        const request = { ...wishes, folder: testFolder() };
        const there = await take(source, request);
        expect(factsOf(there)).toEqual(factsOf(here));
        expect(await contentOf(there)).toEqual(await contentOf(here));
        // Nothing but the snapshot is left behind.
        expect(readdirSync(join(request.folder, 'out'))).toHaveLength(1);
      }
    });

    it('orders rows by time and cuts them where a file is cut', async () => {
      const wishes = { partition: { by: 'flag' }, time: 't', columns: { drop: ['wide'] } };
      const here = await takeCsv(csv(), wishes);
      const there = await take({ kind: 'spark', table: 'readings' }, wishes);
      expect(factsOf(there)).toEqual(factsOf(here));
      expect(there.snapshot.cutoffs).toHaveLength(4);
      expect(there.snapshot.warnings).toEqual(here.snapshot.warnings);
      expect(await contentOf(there)).toEqual(await contentOf(here));
    });

    it('names what is not there', async () => {
      const wishes = { partition: { by: 'k' } };
      await expect(take({ kind: 'spark', table: 'nowhere' }, wishes)).rejects.toThrow(
        /Spark has no nowhere/,
      );
      const misnamed = take({ kind: 'spark', table: 'readings' }, { partition: { by: 'kk' } });
      await expect(misnamed).rejects.toThrow(/`kk`.*Did you mean `k`/);
    });
  });
}
