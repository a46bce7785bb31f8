import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, identify, type ProcessIdentity } from './process-identity.ts';

/** What a running server writes into `postmaster.pid`: its pid, port and how far it is (`starting`, `ready`, `stopping`). */
export type Postmaster = { readonly pid: number; readonly port: number; readonly status: string };

/** Reads `postmaster.pid` of a data folder; undefined when there is none or it is not fully written yet. */
export function readPostmaster(dataFolder: string): Postmaster | undefined {
  const path = join(dataFolder, 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n');
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isSafeInteger(pid) || pid === 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? 'starting').trim() };
}

/** The server that the file names, if it is a Postgres of this data folder and no zombie or later program under its pid. */
export function runningServer(
  postmaster: Postmaster,
  dataFolder: string,
): ProcessIdentity | undefined {
  const ours = commandLineOf(postmaster.pid).includes(`-D ${dataFolder} `);
  return ours ? identify(postmaster.pid) : undefined;
}

/**
 * The pids of server processes that still work in the data folder: after a hard kill of the postmaster its children need
 * a moment to notice, and a new server must not start before. Empty where the system does not show working folders.
 */
export function processesIn(dataFolder: string): readonly number[] {
  if (process.platform !== 'linux' || !existsSync(dataFolder)) return [];
  const folder = realpathSync(dataFolder);
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isSafeInteger(pid) && workingFolderOf(pid) === folder);
}

/**
 * Removes a `postmaster.pid` whose server is gone. Postgres does so itself, except when the pid lives on as a zombie that
 * nobody reaps (containers without an init) or was given to another program: then it would refuse to start for ever.
 */
export function removeStalePostmaster(dataFolder: string): void {
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true });
}

function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
