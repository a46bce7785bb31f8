import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, hexOf } from '../../domain/digest.ts';
import type { Claims } from '../object-store.ts';
import { codeOf } from './file-failure.ts';

/** One file for each database, to which every object is added that was put for it: 64 hex digits in a line. */
const FOLDER = 'owners';
/** Behind the database's name: what it counted on when such claims began, whole or not there at all. */
const AT_FIRST = '.first';

/** Says that a database counts on an object, before that is put; again is no harm. It outlives a power cut once it returns. */
export async function claim(
  folder: string,
  owner: string,
  digests: readonly Digest[],
): Promise<void> {
  await mkdir(join(folder, FOLDER), { recursive: true, mode: 0o700 });
  await append(join(folder, FOLDER, owner), digests);
  await flushFolder(join(folder, FOLDER));
}

/** Says so of everything that was put before claims were kept; `beside`: where no file is, on the same volume. */
export async function claimFirst(
  folder: string,
  owner: string,
  digests: readonly Digest[],
  beside: string,
): Promise<void> {
  await mkdir(join(folder, FOLDER), { recursive: true, mode: 0o700 });
  await append(beside, digests);
  await rename(beside, join(folder, FOLDER, `${owner}${AT_FIRST}`));
  await flushFolder(join(folder, FOLDER));
}

/** Whether the database has said so of what is older than claims. */
export function hasClaimedFirst(folder: string, owner: string): Promise<boolean> {
  return stat(join(folder, FOLDER, `${owner}${AT_FIRST}`)).then(
    () => true,
    () => false,
  );
}

/** Begins a line of its own: a power cut may have left half of another, which must not spoil this one. */
async function append(path: string, digests: readonly Digest[]): Promise<void> {
  const lines = digests.map((digest) => `\n${hexOf(digest)}\n`).join('');
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(lines);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What this database counts on, and what any other does. */
export async function claimsIn(folder: string, owner: string | null): Promise<Claims> {
  const [own, others] = [new Set<Digest>(), new Set<Digest>()];
  for (const name of await ownersIn(folder)) {
    const into = name === owner || name === `${owner}${AT_FIRST}` ? own : others;
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
