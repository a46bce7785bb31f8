import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpecInput } from '../../src/spec/spec.ts';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts';
import { requestOf, take, takeCsv, valuesOf } from './snapshots.ts';

let server: TestPostgres;
let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  server = await startTestPostgres();
  database = await server.createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

type Wishes = Parameters<typeof requestOf>[1];

function from(source: { table: string } | { query: string }, wishes: Wishes = {}) {
  const of: SpecInput['data']['source'] = { kind: 'postgres', ...source };
  return take(requestOf(of, { sourceUrl: database.url, ...wishes }));
}

describe('a Postgres table', () => {
  it('has the digest of the same rows in a CSV file', async () => {
    await client.query(
      `CREATE TABLE plain (k text, y int, x float8, f boolean, t timestamptz, c varchar(10))`,
    );
    await client.query(
      `INSERT INTO plain VALUES ('a', 1, 0.1, true, '2026-01-01 02:00:00.000001+02', 'é"x'), ('b', 2, '-0', false, NULL, ''), (NULL, 3, 1e300, NULL, '1969-12-31 23:59:59+00', NULL)`,
    );
    const taken = await from({ table: 'plain' });
    const csv = await takeCsv(
      'k,y,x,f,t,c\na,1,0.1,true,2026-01-01 00:00:00.000001Z,"é""x"\nb,2,-0,false,,""\n,3,1e300,,1969-12-31T23:59:59Z,\n',
    );
    expect(taken.snapshot.digest).toBe(csv.snapshot.digest);
    expect(taken.snapshot.source.location).toMatch(/^127\.0\.0\.1:\d+\/test_\w+ table plain$/);
  });

  it('gives each type the kind that is documented, and rounds nothing silently', async () => {
    await client.query(`CREATE TYPE mood AS ENUM ('good', 'bad')`);
    await client.query(
      `CREATE TABLE kinds (k int, y numeric(30,2), big bigint, small smallint, r real, d date, ts timestamp, tz timestamptz, u uuid, m mood, ip inet, clock time)`,
    );
    await client.query(
      `INSERT INTO kinds SELECT i, 12345678901234567.89, 9007199254740993, i, 0.1, '2026-01-02', '2026-07-01 12:00', 'infinity', ('00000000-0000-0000-0000-00000000000' || i)::uuid, 'bad', '10.0.0.1', '01:02:03' FROM generate_series(1, 3) i`,
    );
    const taken = await from({ table: 'public.kinds' }, { data: { timezone: 'Europe/Berlin' } });
    expect(
      taken.snapshot.columns.map(({ name, kind, sourceType }) => `${name} ${kind} ${sourceType}`),
    ).toEqual([
      'k category integer',
      'y number numeric(30,2)',
      'big category bigint',
      'small number smallint',
      'r number real',
      'd time date',
      'ts time timestamp without time zone',
      'tz time timestamp with time zone',
      'u category uuid',
      'm category mood',
      'ip category inet',
      'clock category time without time zone',
    ]);
    expect(await valuesOf(taken, 'y')).toContain(Number('12345678901234567.89'));
    expect(await valuesOf(taken, 'big')).toContain('9007199254740993');
    expect(await valuesOf(taken, 'r')).toContain(Math.fround(0.1));
    expect(await valuesOf(taken, 'ts')).toContain('2026-07-01T10:00:00.000Z');
    expect(await valuesOf(taken, 'd')).toContain('2026-01-01T23:00:00.000Z');
    expect(await valuesOf(taken, 'tz')).toEqual([null, null, null]);
  });

  it('may have a name and columns that look like SQL, and none of it runs', async () => {
    await client.query(`CREATE TABLE run (id int)`);
    await client.query(
      `CREATE TABLE "weird""name.with.dot" (k text, y int, """; drop table run; --" int)`,
    );
    await client.query(`INSERT INTO "weird""name.with.dot" VALUES ('a', 1, 2), ('b', 3, 4)`);
    const taken = await from({ table: '"weird""name.with.dot"' });
    expect(await valuesOf(taken, '"; drop table run; --')).toEqual([2, 4]);
    expect((await client.query(`SELECT to_regclass('run')::text AS run`)).rows).toEqual([
      { run: 'run' },
    ]);
  });

  it('is read to the end, in pages, and no further than allowed', async () => {
    await client.query(
      `CREATE TABLE long AS SELECT 'k' || i % 3 AS k, i AS y, i % 7 AS x FROM generate_series(1, 20000) i`,
    );
    expect((await from({ table: 'long' })).snapshot.rowCount).toBe(20_000);
    await expect(
      from({ table: 'long' }, { limits: { source_cells: 30_000 } }),
    ).rejects.toMatchObject({ kind: 'limit-exceeded' });
  });

  it('that is not there is named with the nearest one', async () => {
    await client.query(`CREATE TABLE asset_activity (k text)`);
    await expect(from({ table: 'asset_activty' })).rejects.toThrow(
      'Did you mean `asset_activity`?',
    );
    await expect(from({ table: 'a.b.c' })).rejects.toThrow('is no table name');
    await expect(from({ table: 'nowhere.plain' })).rejects.toThrow(
      'There is no table `nowhere.plain`',
    );
  });

  it('with a column that holds many values is refused unless that is dropped', async () => {
    await client.query(
      `CREATE TABLE nested AS SELECT 'k' || i AS k, i AS y, i AS x, ARRAY[i] AS many, '{}'::jsonb AS doc FROM generate_series(1, 3) i`,
    );
    await expect(from({ table: 'nested' })).rejects.toThrow('`many` is integer[]');
    const { snapshot } = await from({ table: 'nested' }, { columns: { drop: ['many', 'doc'] } });
    expect(snapshot.columns).toHaveLength(3);
  });
});

describe('a Postgres query', () => {
  const rows = `SELECT 'k' || i % 2 AS k, i AS y, i AS x FROM generate_series(1, 10) i`;

  it('may be any SELECT, comments and final semicolon included', async () => {
    const query = `WITH r AS (${rows}) SELECT * FROM r -- all of it\n;`;
    const { snapshot } = await from({ query });
    expect(snapshot.rowCount).toBe(10);
    expect(snapshot.source.location).toMatch(/ query$/);
  });

  it.each([
    ['a second statement', `${rows}) AS a; DROP TABLE victim; SELECT * FROM (${rows}`],
    ['a program', `COPY victim TO PROGRAM 'true'`],
    ['a file', `SELECT pg_read_file('/etc/hostname') AS k, 1 AS y, 2 AS x`],
    ['a write', `WITH gone AS (DELETE FROM victim RETURNING *) SELECT * FROM gone`],
    ['a function that writes', `SELECT write_victim() AS k, 1 AS y, 2 AS x`],
    ['a sequence', `SELECT nextval('victim_seq')::text AS k, 1 AS y, 2 AS x`],
    ['other rights', `SELECT set_config('role', 'postgres', false) AS k, 1 AS y, 2 AS x`],
    ['wrong SQL', `SELEKT 1`],
  ])('with %s is refused and changes nothing', async (_, query) => {
    await client.query(`CREATE TABLE IF NOT EXISTS victim (k text); CREATE SEQUENCE IF NOT EXISTS victim_seq;
      CREATE OR REPLACE FUNCTION write_victim() RETURNS text LANGUAGE sql AS $$ INSERT INTO victim VALUES ('x') RETURNING k $$`);
    await expect(from({ query })).rejects.toMatchObject({ kind: 'invalid-data' });
    const { rows: after } = await client.query(
      `SELECT count(*)::int AS count, (SELECT is_called FROM victim_seq) AS called FROM victim`,
    );
    expect(after).toEqual([{ count: 0, called: false }]);
  });

  it('that names a column twice is refused with both positions', async () => {
    await expect(from({ query: `SELECT 'a' AS k, 1 AS y, 2 AS y` })).rejects.toThrow(
      'two columns `y`, at positions 2 and 3',
    );
  });
});

describe('a database that does not answer', () => {
  it('is named without account and password', async () => {
    const closed = 'postgres://someone:s3cret@127.0.0.1:1/none';
    const failure = from({ table: 'plain' }, { sourceUrl: closed });
    await expect(failure).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('127.0.0.1:1/none'),
    });
    await expect(failure).rejects.not.toThrow(/s3cret|someone/);
    const wrong = new URL(database.url);
    wrong.password = 'wrong-s3cret';
    await expect(from({ table: 'plain' }, { sourceUrl: wrong.href })).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.not.stringContaining('s3cret'),
    });
  });
});
