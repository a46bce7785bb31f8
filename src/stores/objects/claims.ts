import { appendFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/digest.ts';
import type { Claims } from '../object-store.ts';
import { codeOf } from './file-failure.ts';

/** One file for each database, to which every object is added that was put for it: 64 hex digits in a line. */
const FOLDER = 'owners';

/** Says that a database counts on an object, before that is put; again is no harm. */
export async function claim(
  folder: string,
  owner: string,
  digests: readonly Digest[],
): Promise<void> {
  await mkdir(join(folder, FOLDER), { recursive: true, mode: 0o700 });
  const lines = digests.map((digest) => `${digest.slice('sha256:'.length)}\n`).join('');
  await appendFile(join(folder, FOLDER, owner), lines, { mode: 0o600 });
}

/** Whether the database has said so of anything: one that is older than claims has not. */
export function hasClaimed(folder: string, owner: string): Promise<boolean> {
  return stat(join(folder, FOLDER, owner)).then(
    () => true,
    () => false,
  );
}

/** What this database counts on, and what any other does. */
export async function claimsIn(folder: string, owner: string | null): Promise<Claims> {
  const [own, others] = [new Set<Digest>(), new Set<Digest>()];
  for (const name of await ownersIn(folder)) {
    const into = name === owner ? own : others;
    const text = await readFile(join(folder, FOLDER, name), 'utf8');
    // A line that a power cut left half-written counts for nothing: its object was not put yet.
    for (const [hex] of text.matchAll(/^[0-9a-f]{64}$/gm)) into.add(`sha256:${hex}` as Digest);
  }
  return { own, others };
}

async function ownersIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(join(folder, FOLDER));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
