import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { checkDataVersion, DATABASE_ACCOUNT, initialiseDatabase } from './initialise-database.ts';
import { FAST_STOP, type Listening, launchPostgres, settle } from './launch-postgres.ts';
import { logPathOf } from './log-file.ts';
import { postgresPackage, preparePostgresBinaries } from './postgres-binaries.ts';
import {
  findPostgresHome,
  type PostgresHome,
  placePostgres,
  postgresPassword,
} from './postgres-home.ts';
import { readPostmaster, runningServer } from './postmaster-file.ts';
import { isAlive, type ProcessIdentity, signal, waitForEnd } from './process-identity.ts';
import type { Say } from './say.ts';
import { queryServer } from './server-query.ts';
import { databaseUser, type SystemUser } from './system-user.ts';

/** A Postgres server of ours that answers: listens on 127.0.0.1 only and lets in accounts by password. */
export type PostgresServer = {
  readonly process: ProcessIdentity;
  readonly port: number;
  readonly password: string;
  readonly log: string;
  /** True when it ran already. */
  readonly adopted: boolean;
};

export type StartPostgresOptions = {
  /** The `.partita` folder, absolute and without symbolic links. */
  readonly folder: string;
  readonly say: Say;
  /** Taken again when it is free, so that addresses stay the same over restarts. */
  readonly preferredPort?: number;
  /** Server settings by name; tests switch off `fsync`. */
  readonly settings?: { readonly [name: string]: string };
};

/** How long a server may take to write everything and end. */
const STOP_PATIENCE_MS = 30_000;

/** The address of a database on the server, password included: never to be shown. `account`: default the owner's. */
export function postgresUrl(
  {
    port,
    password,
    account = DATABASE_ACCOUNT,
  }: Pick<PostgresServer, 'port' | 'password'> & { readonly account?: string },
  database: string,
): string {
  return `postgres://${account}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * The Postgres server of a `.partita` folder: the running one when there is one, else a new one on the same data. Waits
 * for a server that is still starting, stopping or dying, and says so. Costs about 2 s the first time, 0.1 s later.
 * Throws `Failure('unreachable')` when none can be had, with the pid or the log that tells why.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<PostgresServer> {
  const { folder, say } = options;
  const user = databaseUser(say);
  const home = placePostgres(folder, user, say);
  const password = postgresPassword(folder);
  const log = logPathOf(folder, 'postgres');
  const packageFolder = postgresPackage();
  checkDataVersion(home, packageFolder);
  const running = await settle(home, say);
  const listening = running ?? (await startAnew(options, { home, user, password, packageFolder }));
  try {
    await checkAdmission(listening, home, password);
  } catch (error) {
    // One that was dying while we looked is replaced like one that had died.
    if (running !== undefined && !isAlive(running.process)) return startPostgres(options);
    throw error;
  }
  return { ...listening, password, log, adopted: running !== undefined };
}

/** The server's process when one runs for this `.partita` folder, whoever started it. */
export function findPostgres(folder: string): Listening | undefined {
  const { data } = findPostgresHome(folder);
  const postmaster = readPostmaster(data);
  const process = postmaster && runningServer(postmaster, data);
  return process && { process, port: postmaster.port };
}

/** True while the server waits for its clients to leave before it ends: it lets no new ones in. Reads one small file. */
export function isPostgresEnding(folder: string): boolean {
  return readPostmaster(findPostgresHome(folder).data)?.status === 'stopping';
}

/** Stops the server of a `.partita` folder and waits until it is gone; false when none runs. */
export async function stopPostgres(folder: string): Promise<boolean> {
  const running = findPostgres(folder);
  if (running === undefined) return false;
  // SIGQUIT leaves recovery to the next start.
  for (const name of [FAST_STOP, 'SIGQUIT'] as const) {
    signal(running.process.pid, name);
    if (await waitForEnd(running.process, STOP_PATIENCE_MS)) return true;
  }
  throw new Failure(
    'unreachable',
    `Postgres (pid ${running.process.pid}) does not stop: see ${logPathOf(folder, 'postgres')}.`,
  );
}

async function startAnew(
  { folder, say, settings = {}, preferredPort }: StartPostgresOptions,
  cluster: {
    readonly home: PostgresHome;
    readonly user: SystemUser | undefined;
    readonly password: string;
    readonly packageFolder: string;
  },
): Promise<Listening> {
  const { home, user, password, packageFolder } = cluster;
  const copy = join(home.folder, 'programs');
  const binaries = preparePostgresBinaries(packageFolder, copy, user, say);
  initialiseDatabase(home, { binaries, user, password, quick: settings['fsync'] === 'off' });
  const log = logPathOf(folder, 'postgres');
  return launchPostgres({ home, binaries, user, log, settings, preferredPort }, say);
}

/** Throws `Failure('unreachable')` with the pid when the running server is not the one of our data and password. */
async function checkAdmission(
  { process, port }: Listening,
  home: PostgresHome,
  password: string,
): Promise<void> {
  const trouble = (why: string, cause?: unknown): Failure =>
    new Failure(
      'unreachable',
      `Postgres with pid ${process.pid} runs on ${home.data} at 127.0.0.1:${port}, but ${why}: stop it with "kill -INT ${process.pid}" and start again with the .partita folder that it belongs to.`,
      { cause },
    );
  const [row] = await queryServer(
    postgresUrl({ port, password }, 'postgres'),
    "select current_setting('data_directory') as folder",
  ).catch((error: Error) => {
    throw trouble(`it does not let us in (${error.message})`, error);
  });
  const folder = String(row?.['folder']);
  if (folder !== home.data) throw trouble(`its data are in ${folder}`);
}
