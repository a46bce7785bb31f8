import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findPostgres,
  postgresUrl,
  startPostgres,
  stopPostgres,
} from '../../src/embedded/postgres.ts';
import { signal, waitForEnd } from '../../src/embedded/process-identity.ts';
import { ensureDatabase, queryServer } from '../../src/embedded/server-query.ts';
import { seededDraws } from '../support/draws.ts';
import { Partita, type Running } from '../support/partita.ts';
import { makeFolder } from '../support/test-folder.ts';
import { workOf } from '../support/work.ts';
import { type Break, type BreakingProxy, startBreakingProxy } from './breaking-proxy.ts';
import { faults, type Judged, judge } from './oracle.ts';

/** `npm run chaos -- --kills 200` asks for more. */
const KILLS = Number(process.env['PARTITA_KILLS'] ?? 50);
const KILLS_OF_RUN = 10;
/** Of ten: the whole server is killed, and comes back on the same data. */
const SERVER_KILLS_OF_RUN = 2;

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

type Ended = { readonly judged: Judged; readonly faults: readonly string[]; readonly seen: number };

/** A run under way, and what leads to its database; `direct`: an address that no proxy is at. */
type UnderWay = {
  readonly partita: Partita;
  readonly running: Running;
  readonly runId: string;
  readonly proxy: BreakingProxy;
  readonly direct: string;
};

/** One run on a database of its own, whose connections break at these points of the statements that it takes. */
async function runWith(
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

/** How long the server is away, in milliseconds: half of it says nothing, half of it refuses. */
const AWAY_MS = 60_000;
const AWAY = /Postgres at 127\.0\.0\.1:\d+\/away can't be reached/;

/** Takes the server away once the first models are there, and gives it back. */
async function takeAway({ partita, running, runId, proxy, direct }: UnderWay): Promise<void> {
  const trained = 'select from training where run_id = $1';
  while ((await queryServer(direct, trained, [runId])).length === 0) await wait(50);
  const before = proxy.connections();
  proxy.become('silent');
  const [run] = await queryServer(direct, 'select status from run where id = $1', [runId]);
  expect(run?.['status']).toBe('RUNNING');
  await wait(AWAY_MS / 2);
  proxy.become('refusing');
  const over = wait(AWAY_MS / 2);
  // Who watches is told, and so is who asks.
  await running.says(new RegExp(`trying again: ${AWAY.source}`));
  const asked = await partita.command('status', runId);
  expect([asked.code, asked.stderr]).toEqual([7, expect.stringMatching(AWAY)]);
  await over;
  // Nobody storms a server that is down: fewer than five a second.
  expect(proxy.connections() - before).toBeLessThan((5 * AWAY_MS) / 1000);
  proxy.become('there');
}

/** Points of a run that took so many statements undisturbed, told by a seed. */
function breaksOf(seed: number, statements: number): readonly Break[] {
  const draws = seededDraws(seed);
  const moments = ['before', 'during', 'after'] as const;
  return Array.from({ length: KILLS_OF_RUN }, () => ({
    at: 1 + draws.integer(Math.floor(0.9 * statements)),
    moment: moments[draws.integer(3)] as Break['moment'],
  })).toSorted((a, b) => a.at - b.at);
}

describe('a run whose connections to Postgres break', () => {
  let undisturbed: Ended;

  beforeAll(async () => {
    undisturbed = await runWith('undisturbed', [], 0);
    expect(undisturbed.faults).toEqual([]);
    expect(undisturbed.judged['model']).toHaveLength(13);
  }, 600_000);

  it.each(Array.from({ length: Math.ceil(KILLS / KILLS_OF_RUN) }, (_, i) => i + 1))(
    'at ten points of seed %i is the same run, whole, and nobody hears of it',
    async (seed) => {
      const breaks = breaksOf(seed, undisturbed.seen);
      const { judged, faults: found } = await runWith(`seed_${seed}`, breaks, SERVER_KILLS_OF_RUN);
      expect(found).toEqual([]);
      expect(judged).toEqual(undisturbed.judged);
    },
    600_000,
  );

  it('for a minute, while nobody answers and then nobody is there, is the same run, and says what it waits for', async () => {
    const { judged, faults: found } = await runWith('away', [], 0, takeAway);
    expect(found).toEqual([]);
    expect(judged).toEqual(undisturbed.judged);
  }, 600_000);
});
