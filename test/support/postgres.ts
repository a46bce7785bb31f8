import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresUrl, startPostgres, stopPostgres } from '../../src/embedded/postgres.ts';
import { dropDatabase, ensureDatabase } from '../../src/embedded/server-query.ts';

export type TestDatabase = { readonly url: string; readonly drop: () => Promise<void> };

export type TestPostgres = {
  /** The server's maintenance database. */
  readonly url: string;
  /** A new, empty database under a name of its own. */
  readonly createDatabase: () => Promise<TestDatabase>;
  readonly stop: () => Promise<void>;
};

/** A real Postgres for one test file, in a temporary folder; it goes away even when the test process is killed. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'partita-postgres-')));
  chmodSync(folder, 0o711);
  const server = await startPostgres({
    folder,
    say: () => undefined,
    // Data that live for a minute need not survive a power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  const guard = stopWithThisProcess(server.process.pid, folder);
  const url = postgresUrl(server, 'postgres');
  return {
    url,
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await ensureDatabase(url, name);
      return { url: postgresUrl(server, name), drop: () => dropDatabase(url, name) };
    },
    stop: async () => {
      await stopPostgres(folder);
      rmSync(folder, { recursive: true, force: true });
      guard.kill();
    },
  };
}

/** A shell that reads until this process ends, for whatever reason, and then stops the server. */
function stopWithThisProcess(pid: number, folder: string): ReturnType<typeof spawn> {
  const guard = spawn(
    'sh',
    ['-c', 'cat; kill -QUIT "$1"; rm -rf "$2"', 'guard', String(pid), folder],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  guard.unref();
  return guard;
}
