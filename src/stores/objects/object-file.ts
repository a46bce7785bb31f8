import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../../domain/digest.ts';
import { codeOf } from './file-failure.ts';

/** Only this user reads and writes; objects are never changed once they stand. */
export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o400;

/** Where an object lies in the folder of a store. */
export function objectPath(folder: string, digest: Digest): string {
  const [scheme, hex] = digest.split(':') as [string, string];
  return join(folder, scheme, hex.slice(0, 2), hex.slice(2));
}

/** A path for what is not whole yet, on the volume of the objects. */
export async function incomingPath(folder: string, name: string = randomUUID()): Promise<string> {
  const incoming = join(folder, 'incoming');
  await mkdir(incoming, { recursive: true, mode: FOLDER_MODE });
  return join(incoming, name);
}

/** Written beside, flushed and renamed, so that a reader sees the whole object or none, whoever else writes the same. */
export async function writeObject(
  folder: string,
  digest: Digest,
  bytes: Uint8Array,
): Promise<void> {
  const incoming = await incomingPath(folder);
  try {
    const file = await open(incoming, 'wx', FILE_MODE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await moveIn(folder, incoming, digest);
  } finally {
    await rm(incoming, { force: true });
  }
}

/**
 * Renames replace a file atomically, and no folder: one that stands is as whole as the other. The folder around is flushed so
 * that the name survives a power cut too.
 */
export async function moveIn(folder: string, path: string, digest: Digest): Promise<void> {
  const target = objectPath(folder, digest);
  await mkdir(dirname(target), { recursive: true, mode: FOLDER_MODE });
  try {
    await rename(path, target);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
    await rm(path, { recursive: true, force: true });
  }
  const parent = await open(dirname(target), constants.O_RDONLY);
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}
