import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { openArrowFile } from '../../src/frame/arrow.ts';
import type { MapResult } from '../../src/operations/requests.ts';
import { COUNT_ABOVE, THROWS_AT } from '../support/own-function.ts';
import { csvOf, Partita, readCsv } from '../support/partita.ts';

const KINDS = ['car', 'loader', 'pump'];

describe('partita map', { timeout: 5 * 60_000 }, () => {
  const partita = new Partita();
  afterAll(() => partita.stop(), 120_000);

  beforeAll(() => {
    const rows = KINDS.flatMap((kind, k) =>
      Array.from({ length: 30 }, (_, i) => ({
        kind,
        day: `2026-01-${String(i + 1).padStart(2, '0')}`,
        x: i % 7 === 3 ? null : (i * (k + 3)) % 11,
        site: i % 2 === 0 ? null : 'north',
      })),
    );
    partita.write('kinds.csv', csvOf(rows));
    for (const [name, text] of Object.entries(COUNT_ABOVE)) partita.write(name, text);
  });

  const specOf = (
    name: string,
    fn: string,
    args: { readonly [name: string]: string | number | string[] } = {},
  ) =>
    partita.writeSpec({
      name,
      data: { source: { kind: 'csv', path: 'kinds.csv' } },
      partition: { by: 'kind' },
      time: 'day',
      map: { function: fn, args },
    });
  const out = (name: string) => join(partita.folder, name);

  it("writes the rows of a user's TypeScript, tells what it printed, and reports who failed", async () => {
    const spec = specOf('own', './count-above.ts', { limit: 5 });
    const asked = ['map', spec, '--out', out('own.csv'), '--report', out('report.csv')];
    const { code, stderr } = await partita.command(...asked);
    expect(code, stderr).toBe(5);
    expect(stderr).toContain('[car] car has 30 rows');
    expect(stderr).toContain(`failed pump: ./count-above.ts at ${THROWS_AT}: no pumps, please`);
    const rows = readCsv(out('own.csv'));
    expect(rows.map(({ kind }) => kind)).toEqual(['car', 'loader']);
    expect(rows[0]).toMatchObject({ any: 'true', site: 'north', last: '2026-01-30 00:00:00' });
    expect(Number(rows[0]?.['share'])).toBe(Number(rows[0]?.['rows']) / 30);
    expect(readCsv(out('report.csv'))).toMatchObject([
      { partition: 'kind=car', status: 'mapped', rows: '1', log: 'car has 30 rows\n' },
      { partition: 'kind=loader', status: 'mapped', rows: '1' },
      { partition: 'kind=pump', status: 'failed', rows: '0', reason: 'error', place: THROWS_AT },
    ]);
  });

  it('is left in one sentence by Ctrl-C, and leaves nothing behind', async () => {
    partita.write(
      'endless.ts',
      `import { partitionFunction } from 'partita';
export default partitionFunction({
  output: { rows: 'integer' },
  apply({ key }) {
    console.log('began');
    while (key['kind'] !== 'car');
    return [{ rows: 1 }];
  },
});
`,
    );
    const asked = ['map', specOf('endless', './endless.ts'), '--out', out('endless.csv')];
    const mapping = await partita.start(...asked);
    await mapping.says(/\[car\] began/);
    mapping.interrupt();
    const { code, stderr } = await mapping.ended;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/error: Interrupted\.\n$/)]);
    expect(readdirSync(partita.folder).filter((name) => name.startsWith('endless.csv'))).toEqual(
      [],
    );
  });

  it('applies a built-in function, and writes Arrow', async () => {
    const spec = specOf('drift', 'ks_test', { at: '2026-01-16' });
    const result = await partita.json<MapResult>('map', spec, '--out', out('drift.arrow'));
    expect(result).toMatchObject({ function: 'ks_test', engine: 'local', rows: 3 });
    const file = await openArrowFile(out('drift.arrow'));
    const values = [];
    for await (const batch of file.batches()) values.push(...batch.values);
    await file.close();
    expect(file.columns.map(({ name }) => name)).toEqual([
      'kind',
      'column',
      'reference_rows',
      'current_rows',
      'statistic',
      'p_value',
    ]);
    expect(values[0]).toEqual(KINDS);
    expect(values[2]).toEqual([13n, 13n, 13n]);
  });

  it('tells before the run what does not suit the declared output, and writes nothing', async () => {
    const wrong = COUNT_ABOVE['count-above.ts'].replace('{ rows, share', "{ rows: 'many', share");
    partita.write('wrong.ts', wrong.replace('throw new TypeError', 'void new TypeError'));
    const { code, stderr } = await partita.command(
      'map',
      specOf('wrong', 'wrong.ts', { limit: 5 }),
      '--out',
      out('wrong.csv'),
    );
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('column `rows` is declared `integer`, and is "many"'),
    ]);
    expect(existsSync(out('wrong.csv'))).toBe(false);
  });

  it('names the line of what can not be compiled, and the column that is not there', async () => {
    partita.write('broken.ts', 'export default {\n  output: ,\n};\n');
    const broken = await partita.command('map', specOf('b', 'broken.ts'), '--out', out('b.csv'));
    expect([broken.code, broken.stderr]).toEqual([3, expect.stringContaining('broken.ts:2:11')]);
    const misnamed = specOf('c', 'anova', { group: 'site', columns: ['xx'] });
    const unknown = await partita.command('map', misnamed, '--out', out('c.csv'));
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining('Did you mean')]);
  });

  it('is debugged in the process, with the rows that it gives', async () => {
    const spec = specOf('own', './count-above.ts', { limit: 5 });
    const seen = await partita.json<{ result: JsonObject }>('debug', spec, '--partition', 'car');
    expect(seen.result).toMatchObject({
      rows: 1,
      first: [{ any: true, site: 'north', last: '2026-01-30T00:00:00.000Z' }],
    });
    const thrown = await partita.command('debug', spec, '--partition', 'pump');
    expect([thrown.code, thrown.stderr]).toEqual([6, expect.stringContaining(THROWS_AT)]);
  });

  it('starts no server and leaves no rows behind', () => {
    expect(readdirSync(out('.partita')).sort()).toEqual(['functions', 'objects']);
    expect(readdirSync(out('.partita/objects/incoming'))).toEqual([]);
  });
});
