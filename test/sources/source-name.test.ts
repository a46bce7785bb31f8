import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepUpload } from '../../src/operations/uploads.ts';
import { nameFileOf, sourceName } from '../../src/sources/source-name.ts';
import { testFolder } from '../support/test-folder.ts';

describe('the name of a source', () => {
  it('of an upload is the one that it came under, as long as that is known', async () => {
    const folder = join(testFolder(), 'uploads');
    const bytes = (async function* () {
      yield Buffer.from('a\n1\n');
    })();
    const { path } = await keepUpload(folder, 'my <sales>.csv', bytes, 100);
    const source = { kind: 'csv', path } as const;
    expect(await sourceName(source, '/anywhere')).toBe('csv my <sales>.csv');
    rmSync(nameFileOf(path));
    expect(await sourceName(source, '/anywhere')).toMatch(/^csv [0-9a-f]{64}\.csv$/);
  });

  it('of files tells no folder of this machine but the one that a pattern needs', async () => {
    const named = (path: string) => sourceName({ kind: 'parquet', path }, '/home/ada/mine');
    expect(await named('/srv/data/sales.parquet')).toBe('parquet sales.parquet');
    expect(await named('../sales.parquet')).toBe('parquet sales.parquet');
    expect(await named('sales/*.parquet')).toBe('parquet sales/*.parquet');
  });

  it('of tables is theirs', async () => {
    const tables = [
      { kind: 'postgres', table: 'asset_activity' },
      { kind: 'postgres', query: 'select 1' },
      { kind: 'spark', table: 'sales.readings' },
    ] as const;
    const names = await Promise.all(tables.map((table) => sourceName(table, '/')));
    expect(names).toEqual([
      'Postgres table asset_activity',
      'a Postgres query',
      'Spark table sales.readings',
    ]);
  });
});
