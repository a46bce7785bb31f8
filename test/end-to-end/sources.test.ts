import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { findPostgres, postgresUrl } from '../../src/embedded/postgres.ts';
import { postgresPassword } from '../../src/embedded/postgres-home.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import { frameToArrow } from '../../src/frame/arrow.ts';
import { openDatabase } from '../../src/frame/duckdb.ts';
import { sqlPath } from '../../src/frame/sql-text.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts, times } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { Partita } from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

type Reading = {
  readonly kind: string | null;
  readonly level: number | null;
  readonly share: number;
  readonly site: string | null;
  readonly seen: string;
  readonly y: string;
};

const draws = seededDraws(7);
const READINGS: readonly Reading[] = Array.from({ length: 360 }, (_, i) => {
  const share = draws.normal() / 3;
  const level = draws.uniform() < 0.1 ? null : draws.integer(50) - 20;
  return {
    kind: ['pump', 'fan "x"', null][i % 3] as string | null,
    level,
    share,
    site: draws.uniform() < 0.1 ? null : (['north', 'süd', ''][draws.integer(3)] as string),
    seen: `2026-0${1 + draws.integer(9)}-1${draws.integer(10)} 0${draws.integer(10)}:30:00`,
    y: share + (level ?? 0) / 50 > 0 ? 'high' : 'low',
  };
});

const cell = (value: string | number | null): string =>
  value === null
    ? ''
    : typeof value === 'number'
      ? String(value)
      : `"${value.replaceAll('"', '""')}"`;
const csv = (readings: readonly Reading[]): string =>
  [
    'kind,level,share,site,seen,y',
    ...readings.map((reading) => Object.values(reading).map(cell).join(',')),
    '',
  ].join('\n');
const shuffled = READINGS.map((reading) => ({ reading, at: draws.uniform() }))
  .toSorted((a, b) => a.at - b.at)
  .map(({ reading }) => reading);

type Source = SpecInput['data']['source'];

/** A run of the table from that source, told apart by name. */
async function runOn(name: string, source: Source, ...more: readonly string[]): Promise<RunResult> {
  const spec = partita.writeSpec({
    name,
    data: { source },
    partition: { by: 'kind' },
    target: { column: 'y', task: 'classification' },
    algorithms: ['logistic', { random_forest: { trees: 10 } }],
    metric: 'log_loss',
  });
  const { code, stderr, result } = await partita.run(spec, ...more);
  expect(code, result.error ?? stderr).toBe(0);
  return result;
}

/** All that may not depend on where rows came from, in which order, and who worked on them. */
const essence = ({ snapshot, partitions, global }: RunResult) => ({
  snapshot,
  partitions: partitions.map(({ partition, rows, algorithm, cv, holdout, model }) => ({
    partition,
    rows,
    algorithm,
    cv,
    holdout,
    model,
  })),
  global: [global?.algorithm, global?.cv, global?.holdout, global?.model],
});

describe('one table', () => {
  let fromCsv: RunResult;

  beforeAll(async () => {
    partita.write('table.csv', csv(READINGS));
    fromCsv = await runOn('csv', { kind: 'csv', path: 'table.csv' }, '--threads', '4');
  }, 240_000);

  it('has the same partitions and models in another order, on one thread', async () => {
    partita.write('shuffled.csv', csv(shuffled));
    const source = { kind: 'csv', path: 'shuffled.csv' } as const;
    const result = await runOn('shuffled', source, '--threads', '1');
    expect(essence(result)).toEqual(essence(fromCsv));
  }, 120_000);

  it('has other models by another seed, of the same rows', async () => {
    const result = await runOn('seed', { kind: 'csv', path: 'table.csv' }, '--seed', '8');
    expect(result.snapshot).toBe(fromCsv.snapshot);
    expect(result.global?.model).not.toBe(fromCsv.global?.model);
  }, 120_000);

  it('is the same as Parquet and as lines of JSON', async () => {
    const database = await openDatabase();
    const path = join(partita.folder, 'table.csv');
    await database.run(
      `CREATE TABLE t AS SELECT * FROM read_csv(${sqlPath(path)}, header = true, allow_quoted_nulls = false, columns = { kind: 'VARCHAR', level: 'INTEGER', share: 'DOUBLE', site: 'VARCHAR', seen: 'TIMESTAMP', y: 'VARCHAR' })`,
    );
    for (const [ending, format] of [
      ['parquet', 'parquet'],
      ['jsonl', 'json'],
    ]) {
      const out = join(partita.folder, `table.${ending}`);
      await database.run(`COPY t TO ${sqlPath(out)} (FORMAT ${format})`);
    }
    database.close();
    const [parquet, json] = await Promise.all([
      runOn('parquet', { kind: 'parquet', path: 'table.parquet' }),
      runOn('json', { kind: 'json', path: 'table.jsonl' }),
    ]);
    expect(essence(parquet)).toEqual(essence(fromCsv));
    expect(essence(json)).toEqual(essence(fromCsv));
  }, 120_000);

  it('is the same as Arrow', async () => {
    const column = <Name extends keyof Reading>(name: Name) => READINGS.map((row) => row[name]);
    const frame = frameOf(
      texts('kind', column('kind')),
      numbers('level', column('level')),
      numbers('share', column('share')),
      texts('site', column('site')),
      times(
        'seen',
        column('seen').map((text) => `${text.replace(' ', 'T')}Z`),
      ),
      texts('y', column('y')),
    );
    writeFileSync(join(partita.folder, 'table.arrow'), frameToArrow(frame));
    const result = await runOn('arrow', { kind: 'arrow', path: 'table.arrow' });
    expect(essence(result)).toEqual(essence(fromCsv));
  }, 120_000);

  it('is the same as a table of Postgres', async () => {
    const folder = join(partita.folder, '.partita');
    const port = findPostgres(folder)?.port as number;
    const url = postgresUrl({ port, password: postgresPassword(folder) }, 'partita_data');
    await queryServer(
      url,
      'create table readings (kind text, level integer, share double precision, site text, seen timestamp, y text)',
    );
    await queryServer(
      url,
      'insert into readings select * from json_populate_recordset(null::readings, $1)',
      [JSON.stringify(READINGS)],
    );
    const [table, query] = await Promise.all([
      runOn('table', { kind: 'postgres', table: 'readings' }),
      runOn('query', { kind: 'postgres', query: 'select * from readings order by share' }),
    ]);
    expect(essence(table)).toEqual(essence(fromCsv));
    expect(essence(query)).toEqual(essence(fromCsv));
  }, 120_000);
});
