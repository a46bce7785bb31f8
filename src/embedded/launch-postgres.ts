import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import { startInBackground } from './background.ts';
import { freePorts } from './free-port.ts';
import { lastLines, logSince, logSize } from './log-file.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { PostgresHome } from './postgres-home.ts';
import {
  processesIn,
  readPostmaster,
  removeStalePostmaster,
  runningServer,
} from './postmaster-file.ts';
import { isAlive, type ProcessIdentity, signal } from './process-identity.ts';
import type { Say } from './say.ts';
import type { SystemUser } from './system-user.ts';

/** A server process and the loopback port it listens on. */
export type Listening = { readonly process: ProcessIdentity; readonly port: number };

/** How long a server may need to start, to recover after a crash, or to go away. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 25;
const ATTEMPTS = 4;
/** Postgres' "fast" stop: roll back, send clients away, write everything, end. */
export const FAST_STOP = 'SIGINT';

export type PostgresLaunch = {
  readonly home: PostgresHome;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
  readonly log: string;
  readonly settings: { readonly [name: string]: string };
  readonly preferredPort: number | undefined;
};

/**
 * Waits until the data folder either has a server that is ready (returned) or has none at all (undefined). One that was
 * told to end when its clients have left (SIGTERM) lets nobody in and would wait for us as long as we wait for it, so it is
 * told to end now.
 */
export async function settle(home: PostgresHome, say: Say): Promise<Listening | undefined> {
  const end = performance.now() + PATIENCE_MS;
  let told = false;
  let hurried: number | undefined;
  for (;;) {
    const postmaster = readPostmaster(home.data);
    const server = postmaster && runningServer(postmaster, home.data);
    if (postmaster?.status === 'ready' && server !== undefined)
      return { process: server, port: postmaster.port };
    if (postmaster?.status === 'stopping' && server !== undefined && server.pid !== hurried) {
      signal(server.pid, FAST_STOP);
      hurried = server.pid;
    }
    const blockers = server === undefined ? processesIn(home.data) : [server.pid];
    if (blockers.length === 0) {
      removeStalePostmaster(home.data);
      return undefined;
    }
    if (performance.now() > end) throw stillBusy(home, blockers);
    if (!told) say(`Waiting for Postgres in ${home.data} (pid ${blockers.join(', ')}) to settle.`);
    told = true;
    await delay(PAUSE_MS);
  }
}

function stillBusy(home: PostgresHome, pids: readonly number[]): Failure {
  return new Failure(
    'unreachable',
    `Postgres in ${home.data} is neither ready nor gone after ${PATIENCE_MS / 1000} s: end its processes (pid ${pids.join(', ')}) and start again.`,
  );
}

/**
 * Starts a server on the home's data and waits until it is ready. Throws `Failure('unreachable')` with the log's last words.
 * A port that was free can be taken a moment later, and leftovers of a killed server may still hold its memory:
 * then it tries again.
 */
export async function launchPostgres(launch: PostgresLaunch, say: Say): Promise<Listening> {
  const preferred = launch.preferredPort === undefined ? [] : [launch.preferredPort];
  for (let attempt = 1; ; attempt++) {
    const [port] = (await freePorts(1, attempt === 1 ? preferred : [])) as [number];
    const offset = logSize(launch.log);
    const process = await launchOn(port, launch);
    if (process !== undefined) return { process, port };
    const words = lastLines(logSince(launch.log, offset), 3);
    const passing = /Address already in use|shared memory block|lock file/.test(words);
    if (!passing || attempt === ATTEMPTS)
      throw new Failure(
        'unreachable',
        `Postgres did not start: ${words || 'it said nothing'}. Its log is ${launch.log}.`,
      );
    say(`Postgres did not start (${words}): trying again.`);
    await settle(launch.home, say);
  }
}

/** The identity of the new server once it is ready; undefined when it ended instead. */
async function launchOn(
  port: number,
  launch: PostgresLaunch,
): Promise<ProcessIdentity | undefined> {
  const server = spawnServer(port, launch);
  const end = performance.now() + PATIENCE_MS;
  while (server !== undefined && isAlive(server)) {
    const postmaster = readPostmaster(launch.home.data);
    if (postmaster?.pid === server.pid && postmaster.status === 'ready') return server;
    if (performance.now() > end) throw stillBusy(launch.home, [server.pid]);
    await delay(PAUSE_MS);
  }
  return undefined;
}

function spawnServer(port: number, launch: PostgresLaunch): ProcessIdentity | undefined {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...launch.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startInBackground({
    program: launch.binaries.postgres,
    args: ['-D', launch.home.data, ...flags],
    cwd: '/',
    environment: { LC_ALL: 'C', TZ: 'UTC' },
    log: launch.log,
    user: launch.user,
  });
}
