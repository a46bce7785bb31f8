import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  findPostgres,
  postgresUrl,
  startPostgres,
  stopPostgres,
} from '../../src/embedded/postgres.ts';
import { signal, waitForEnd } from '../../src/embedded/process-identity.ts';
import { ensureDatabase, queryServer } from '../../src/embedded/server-query.ts';
import { Partita, type Running } from '../support/partita.ts';
import { makeFolder } from '../support/test-folder.ts';
import { workOf } from '../support/work.ts';
import { type Break, type BreakingProxy, startBreakingProxy } from './breaking-proxy.ts';
import { faults, type Judged, judge } from './oracle.ts';

// The Postgres server of the file's tests: it begins and ends with them.
const folder = makeFolder();
chmodSync(folder, 0o711);
const { csv, spec } = workOf(12, 200, ['logistic', { random_forest: { trees: 60 } }]);

async function startServer(preferredPort?: number) {
  const settings = { fsync: 'off', full_page_writes: 'off' };
  const quiet = { folder, say: () => undefined, settings };
  return startPostgres({ ...quiet, ...(preferredPort === undefined ? {} : { preferredPort }) });
}

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await stopPostgres(folder);
  rmSync(folder, { recursive: true, force: true });
});

export type Ended = {
  readonly judged: Judged;
  readonly faults: readonly string[];
  readonly seen: number;
};

/** A run under way, and what leads to its database; `direct`: an address that no proxy is at. */
type UnderWay = {
  readonly partita: Partita;
  readonly running: Running;
  readonly runId: string;
  readonly proxy: BreakingProxy;
  readonly direct: string;
};

/** One run on a database of its own, whose connections break at these points of the statements that it takes. */
export async function runWith(
  database: string,
  breaks: readonly Break[],
  serverKills: number,
  disturb: (underWay: UnderWay) => Promise<void> = async () => undefined,
): Promise<Ended> {
  await ensureDatabase(postgresUrl(server, 'postgres'), database);
  const direct = () => postgresUrl(server, database);
  let back: Promise<unknown> = Promise.resolve();
  let kills = 0;
  const proxy: BreakingProxy = await startBreakingProxy(
    () => server.port,
    (pid) => {
      kills += 1;
      if (kills > breaks.length - serverKills) back = back.then(killServer);
      else back = back.then(() => terminate(direct(), pid));
      back.catch(() => undefined);
    },
  );
  const url = new URL(direct());
  url.port = String(proxy.port);
  const partita = new Partita({ DATABASE_URL: url.href });
  try {
    partita.write('work.csv', csv);
    const running = await partita.start('run', partita.writeSpec(spec), '--json', '--no-reuse');
    const [, runId = ''] = await running.says(/^Run ([\w-]+)/m);
    proxy.arm(breaks);
    await disturb({ partita, running, runId, proxy, direct: direct() });
    const { code, stderr } = await running.ended;
    await back;
    expect([code, proxy.left(), kills], stderr).toEqual([0, 0, breaks.length]);
    expect(stderr).not.toMatch(/^error/m);
    return {
      judged: await judge(direct(), runId),
      faults: await faults(direct(), runId, join(partita.folder, '.partita', 'objects')),
      seen: proxy.statements(),
    };
  } finally {
    await partita.stop();
    await proxy.close();
  }
}

async function terminate(url: string, pid: number): Promise<void> {
  await queryServer(url, 'select pg_terminate_backend($1)', [pid]);
}

async function killServer(): Promise<void> {
  const { process, port } = findPostgres(folder) ?? server;
  signal(process.pid, 'SIGKILL');
  await waitForEnd(process, 30_000);
  server = await startServer(port);
}

/** Milliseconds at least: first nobody answers, then nobody is there. */
export type Absence = { readonly silent: number; readonly refusing: number };

const AWAY = /Postgres at 127\.0\.0\.1:\d+\/away can't be reached/;

/**
 * The same run while the server goes away once the first models are there, until who watches has been told, and so is who
 * asks; and how many connections were tried in that time.
 */
export async function runWhileAway(absence: Absence): Promise<Ended & { readonly tried: number }> {
  let tried = 0;
  const ended = await runWith('away', [], 0, async ({ partita, running, runId, proxy, direct }) => {
    const trained = 'select from training where run_id = $1';
    while ((await queryServer(direct, trained, [runId])).length === 0) await wait(50);
    const before = proxy.connections();
    proxy.become('silent');
    const [run] = await queryServer(direct, 'select status from run where id = $1', [runId]);
    expect(run?.['status']).toBe('RUNNING');
    await wait(absence.silent);
    proxy.become('refusing');
    const over = wait(absence.refusing);
    await running.says(new RegExp(`trying again: ${AWAY.source}`));
    const asked = await partita.command('status', runId);
    expect([asked.code, asked.stderr]).toEqual([7, expect.stringMatching(AWAY)]);
    await over;
    tried = proxy.connections() - before;
    proxy.become('there');
  });
  return { ...ended, tried };
}
