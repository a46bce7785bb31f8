import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensurePartitaFolder } from '../../src/embedded/partita-folder.ts';
import {
  findPostgres,
  isPostgresEnding,
  type PostgresServer,
  postgresUrl,
  startPostgres,
  stopPostgres,
} from '../../src/embedded/postgres.ts';
import { findPostgresHome } from '../../src/embedded/postgres-home.ts';
import { waitForEnd } from '../../src/embedded/process-identity.ts';
import { dropDatabase, ensureDatabase, queryServer } from '../../src/embedded/server-query.ts';
import { listenersOf } from '../support/listeners.ts';
import { makeFolder } from '../support/test-folder.ts';

/** One server through the whole file: its tests follow each other as its days would. */
describe('the embedded Postgres', () => {
  const base = makeFolder();
  const folder = join(base, '.partita');
  const said: string[] = [];
  let server: PostgresServer;
  const start = (): Promise<PostgresServer> =>
    startPostgres({ folder, say: (line) => said.push(line), settings: { fsync: 'off' } });
  const ask = (sql: string, database = 'postgres') =>
    queryServer(postgresUrl(server, database), sql);

  beforeAll(async () => {
    ensurePartitaFolder(folder);
    server = await start();
  });
  afterAll(async () => {
    await stopPostgres(folder);
    rmSync(base, { recursive: true, force: true });
  });

  it('listens on loopback only and has no socket file', async () => {
    expect(listenersOf(server.process.pid)).toEqual([{ port: server.port, loopback: true }]);
    expect(await ask('show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
  });

  it('lets in by password only', async () => {
    const guess = postgresUrl({ port: server.port, password: 'guess' }, 'postgres');
    await expect(queryServer(guess, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    const rules = readFileSync(join(findPostgresHome(folder).data, 'pg_hba.conf'), 'utf8');
    expect(rules).not.toMatch(/^[^#\n]*\b(trust|md5)\b/m);
  });

  it('keeps its data, password and log to their owner, and leaves no password file behind', () => {
    const { folder: home, data } = findPostgresHome(folder);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'postgres.password')).mode & 0o777).toBe(0o600);
    expect(statSync(server.log).mode & 0o777).toBe(0o600);
  });

  it('does not run as root', () => {
    const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
    expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).toBeGreaterThan(0);
  });

  it('checks its pages and sorts text by bytes, the same on every machine', async () => {
    expect(await ask('show data_checksums')).toEqual([{ data_checksums: 'on' }]);
    const sorted = await ask(
      "select string_agg(x, '' order by x) as text from unnest('{b,a,B,é,z}'::text[]) x",
    );
    expect(sorted).toEqual([{ text: 'Babzé' }]);
  });

  it('is adopted by the next start', async () => {
    const again = await start();
    expect(again.adopted).toBe(true);
    expect(again.process).toEqual(server.process);
    expect(findPostgres(folder)).toEqual({ process: server.process, port: server.port });
  });

  it('makes a database once, under any name', async () => {
    const name = 'odd "name"; drop';
    await Promise.all([1, 2, 3].map(() => ensureDatabase(postgresUrl(server, 'postgres'), name)));
    expect(
      await ask(`select count(*)::int as n from pg_database where datname = 'odd "name"; drop'`),
    ).toEqual([{ n: 1 }]);
    await dropDatabase(postgresUrl(server, 'postgres'), name);
  });

  it('comes back with its data after a hard kill of the server', async () => {
    await ask('create table kept as select 42 as answer');
    await ask('checkpoint');
    process.kill(server.process.pid, 'SIGKILL');
    await waitForEnd(server.process, 10_000);
    const before = server;
    server = await start();
    expect(server.adopted).toBe(false);
    expect(server.process).not.toEqual(before.process);
    expect(await ask('select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('is replaced at once when it was told to wait for clients who stay, and lets nobody in', async () => {
    const client = new pg.Client({ connectionString: postgresUrl(server, 'postgres') });
    client.on('error', () => undefined);
    await client.connect();
    process.kill(server.process.pid, 'SIGTERM');
    await vi.waitUntil(() => isPostgresEnding(folder));
    const before = server.process.pid;
    server = await start();
    expect(server).toMatchObject({ adopted: false });
    expect(server.process.pid).not.toBe(before);
    expect(isPostgresEnding(folder)).toBe(false);
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('starts although the pid of a stale lock file is another program’s now', async () => {
    await stopPostgres(folder);
    const { data } = findPostgresHome(folder);
    const lock = [String(process.pid), data, '1700000000', '1', '', '127.0.0.1', '1 1', 'ready   '];
    writeFileSync(join(data, 'postmaster.pid'), `${lock.join('\n')}\n`);
    server = await start();
    expect(await ask('select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('takes its port again when nobody has it', async () => {
    await stopPostgres(folder);
    const again = await startPostgres({
      folder,
      say: () => undefined,
      preferredPort: server.port,
      settings: { fsync: 'off' },
    });
    expect(again.port).toBe(server.port);
    server = again;
  });

  it('is not adopted with a password that does not fit: the failure names its pid', async () => {
    const path = join(folder, 'postgres.password');
    const password = readFileSync(path, 'utf8');
    writeFileSync(path, 'another');
    await expect(start()).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining(`pid ${server.process.pid} `),
    });
    writeFileSync(path, password);
    expect((await start()).adopted).toBe(true);
  });

  it('refuses data of another major version and leaves them alone', async () => {
    await stopPostgres(folder);
    const path = join(findPostgresHome(folder).data, 'PG_VERSION');
    const version = readFileSync(path, 'utf8');
    writeFileSync(path, '9\n');
    await expect(start()).rejects.toThrow(/made by Postgres 9, and the installed Postgres is 18/);
    writeFileSync(path, version);
    server = await start();
    expect(await ask('select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('removes what an interrupted first start left', async () => {
    await stopPostgres(folder);
    const { folder: home, data } = findPostgresHome(folder);
    rmSync(data, { recursive: true });
    mkdirSync(join(home, 'data.draft-1'));
    server = await start();
    expect(existsSync(join(home, 'data.draft-1'))).toBe(false);
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is gone after a stop, and stopping twice is no error', async () => {
    expect(await stopPostgres(folder)).toBe(true);
    expect(findPostgres(folder)).toBeUndefined();
    expect(await stopPostgres(folder)).toBe(false);
  });
});
