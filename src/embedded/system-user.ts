import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { Say } from './say.ts';

/** An account of this machine that is not root. */
export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

/** Existing accounts that may run a database server, best first. */
const CANDIDATES = ['postgres', 'partita', 'nobody'] as const;

/**
 * The account that Postgres runs under, because it refuses to run as root; undefined when we are not root ourselves.
 * Makes the system account `partita`, and says so, on a machine that has neither `postgres` nor `nobody`.
 */
export function databaseUser(say: Say): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return existingDatabaseUser() ?? createUser(say);
}

/** The account that root would run Postgres under, as far as there is one already. */
export function existingDatabaseUser(): SystemUser | undefined {
  return findUser(CANDIDATES);
}

function findUser(names: readonly string[]): SystemUser | undefined {
  const accounts = parseAccounts(readFileSync('/etc/passwd', 'utf8'));
  for (const name of names) {
    const found = accounts.find((account) => account.name === name && account.uid !== 0);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The lines of /etc/passwd: name:password:uid:gid:comment:home:shell. */
export function parseAccounts(text: string): readonly SystemUser[] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => Number.isSafeInteger(user.uid) && Number.isSafeInteger(user.gid));
}

function createUser(say: Say): SystemUser {
  say('Postgres does not run as root: making the system account "partita" for it.');
  const made = spawnSync('/usr/sbin/useradd', ['--system', '--no-create-home', 'partita']);
  const user = made.status === 0 ? findUser(['partita']) : undefined;
  if (user === undefined)
    throw new Failure(
      'unreachable',
      'Postgres does not run as root, and this machine has neither an account "postgres" or "nobody" nor "useradd" to make one: run Partita as another user, or set DATABASE_URL.',
    );
  return user;
}

/** True when the account may pass through every folder from the root down to `path` itself. */
export function canTraverse(path: string, user: SystemUser): boolean {
  const stat = statSync(path);
  const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001;
  if ((stat.mode & bit) === 0) return false;
  const parent = dirname(resolve(path));
  return parent === resolve(path) || canTraverse(parent, user);
}
