import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPostmaster, runningServer } from './postmaster-file.ts';
import { makePrivateFolder, writePrivateFile } from './private-file.ts';
import { signal } from './process-identity.ts';
import type { Say } from './say.ts';
import { canTraverse, type SystemUser } from './system-user.ts';

/** Where Postgres keeps its files: a folder of its own, which only the user that runs it can enter. */
export type PostgresHome = { readonly folder: string; readonly data: string };

/**
 * The home of Postgres for a `.partita` folder: inside it, or, when the user that runs Postgres cannot get there
 * (root's clone in a closed home), in a folder outside that the file `postgres.path` in `.partita` points to.
 */
export function placePostgres(
  partitaFolder: string,
  user: SystemUser | undefined,
  say: Say,
): PostgresHome {
  const home = findPostgresHome(partitaFolder);
  const fits = user === undefined || canTraverse(partitaFolder, user);
  const folder = existsSync(home.folder) || fits ? home.folder : outside(partitaFolder, say);
  makePrivateFolder(folder);
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return homeIn(folder);
}

/** The home of Postgres as it was placed before; nothing is made. */
export function findPostgresHome(partitaFolder: string): PostgresHome {
  const pointer = pointerOf(partitaFolder);
  return homeIn(
    existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(partitaFolder, 'postgres'),
  );
}

/** The password of the server's owner, made at random the first time and kept in `.partita` (0600). */
export function postgresPassword(partitaFolder: string): string {
  return passwordIn(join(partitaFolder, 'postgres.password'));
}

/** The same of the account that the application works as. */
export function appPassword(partitaFolder: string): string {
  return passwordIn(join(partitaFolder, 'postgres.app-password'));
}

function passwordIn(path: string): string {
  if (!existsSync(path)) writePrivateFile(path, randomBytes(24).toString('base64url'));
  return readFileSync(path, 'utf8').trim();
}

function homeIn(folder: string): PostgresHome {
  return { folder, data: join(folder, 'data') };
}

function pointerOf(partitaFolder: string): string {
  return join(partitaFolder, 'postgres.path');
}

/** A file of this name in a home outside says which `.partita` folder it belongs to. */
const OWNER_FILE = 'belongs-to';

function outside(partitaFolder: string, say: Say): string {
  const parent = firstWritable(['/var/lib/partita', join(tmpdir(), 'partita')]);
  const folder = join(parent, randomBytes(6).toString('hex'));
  say(
    `Keeping the database in ${folder}: the user that runs Postgres cannot reach ${partitaFolder}.`,
  );
  removeAbandoned(parent, partitaFolder, say);
  makePrivateFolder(folder);
  writePrivateFile(join(folder, OWNER_FILE), partitaFolder);
  writePrivateFile(pointerOf(partitaFolder), `${folder}\n`);
  return folder;
}

/** True for a home outside that was made for this `.partita` folder, whatever points to it. */
export function belongsTo(homeFolder: string, partitaFolder: string): boolean {
  const owner = join(homeFolder, OWNER_FILE);
  return existsSync(owner) && readFileSync(owner, 'utf8') === partitaFolder;
}

/** Homes of a `.partita` folder that was deleted and is now made anew: nothing points to them any more. */
function removeAbandoned(parent: string, partitaFolder: string, say: Say): void {
  for (const name of readdirSync(parent)) {
    const { folder, data } = homeIn(join(parent, name));
    if (!belongsTo(folder, partitaFolder)) continue;
    say(`Removing the database in ${folder}: its .partita folder was deleted.`);
    const server = readPostmaster(data);
    const process = server && runningServer(server, data);
    if (process !== undefined) signal(process.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstWritable(candidates: readonly string[]): string {
  for (const [index, folder] of candidates.entries())
    try {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o711);
      return folder;
    } catch (error) {
      if (index === candidates.length - 1) throw error;
    }
  throw new RangeError('No candidate folder was given.');
}
