import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { lastLines } from './log-file.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { PostgresHome } from './postgres-home.ts';
import { writePrivateFile } from './private-file.ts';
import type { SystemUser } from './system-user.ts';

/** The server's first account: its administrator, and owner of the history of runs. */
export const DATABASE_ACCOUNT = 'partita';

const CLUSTER_FLAGS = [
  `--username=${DATABASE_ACCOUNT}`,
  '--auth=scram-sha-256',
  '--data-checksums',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
] as const;

const DRAFT_PREFIX = 'data.draft-';

/**
 * Makes an empty database cluster in the home's data folder unless one is there: checksummed pages, password log-in only,
 * UTF-8 with byte order, so that sorting is the same on every machine. An interrupted attempt leaves no half cluster.
 */
export function initialiseDatabase(
  home: PostgresHome,
  run: {
    readonly binaries: PostgresBinaries;
    readonly user: SystemUser | undefined;
    readonly password: string;
    readonly quick: boolean;
  },
): void {
  if (existsSync(join(home.data, 'PG_VERSION'))) return;
  for (const name of readdirSync(home.folder))
    if (name.startsWith(DRAFT_PREFIX)) rmSync(join(home.folder, name), { recursive: true });
  const draft = join(home.folder, DRAFT_PREFIX + process.pid);
  const passwordFile = `${draft}.password`;
  try {
    writePrivateFile(passwordFile, run.password);
    if (run.user !== undefined) chownSync(passwordFile, run.user.uid, run.user.gid);
    runInitdb(draft, { ...run, passwordFile });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, home.data);
}

/**
 * Throws `Failure('unreachable')` when the data were made by another major version than the programs are of: Postgres
 * cannot read them.
 */
export function checkDataVersion(home: PostgresHome, packageFolder: string): void {
  const path = join(home.data, 'PG_VERSION');
  if (!existsSync(path)) return;
  const found = readFileSync(path, 'utf8').trim();
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  if (version.split('.')[0] === found) return;
  throw new Failure(
    'unreachable',
    `The database in ${home.data} was made by Postgres ${found}, and the installed Postgres is ${version}: install the version of Partita that made it, or move the folder away to begin anew.`,
  );
}

function runInitdb(
  folder: string,
  run: {
    readonly binaries: PostgresBinaries;
    readonly user: SystemUser | undefined;
    readonly passwordFile: string;
    readonly quick: boolean;
  },
): void {
  const quick = run.quick ? ['--no-sync'] : [];
  const flags = ['-D', folder, '--pwfile', run.passwordFile, ...CLUSTER_FLAGS, ...quick];
  const made = spawnSync(run.binaries.initdb, flags, {
    cwd: '/',
    encoding: 'utf8',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...(run.user && { uid: run.user.uid, gid: run.user.gid }),
  });
  if (made.status === 0) return;
  const words = made.error?.message ?? lastLines(made.stderr, 3);
  throw new Failure(
    'unreachable',
    `Postgres could not make its database in ${folder}: ${words}. Free the space or the permissions it names, or set DATABASE_URL.`,
  );
}
