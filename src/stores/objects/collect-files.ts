import { lstat, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/digest.ts';
import type { Leftover, StoredObject } from '../object-store.ts';
import { codeOf } from './file-failure.ts';

/** Marks a file as asked for now; false: it is gone by now. */
export async function touch(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await lstat(path);
    await utimes(path, Date.now() / 1000, mtimeMs / 1000);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Files and folders `sha256/ab/cdef…`; what is called otherwise is none of ours. */
export async function* listObjects(folder: string): AsyncGenerator<StoredObject> {
  const scheme = join(folder, 'sha256');
  for (const start of await namesIn(scheme)) {
    if (!/^[0-9a-f]{2}$/.test(start)) continue;
    for (const rest of await namesIn(join(scheme, start))) {
      if (!/^[0-9a-f]{62}$/.test(rest)) continue;
      const found = await sizeAndTime(join(scheme, start, rest));
      if (found === null) continue;
      const { bytes, putAt } = found;
      yield { digest: `sha256:${start}${rest}` as Digest, bytes, putAt };
    }
  }
}

/**
 * Moved aside first, then looked at: who puts the same bytes meanwhile either marked the file before, and it goes back, or
 * finds none and writes it anew.
 */
export async function removeObject(
  path: string,
  aside: string,
  unlessPutSince: Date,
): Promise<boolean> {
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  const found = await sizeAndTime(aside);
  if (found !== null && found.putAt >= unlessPutSince) {
    await moveBack(aside, path);
    return false;
  }
  await rm(aside, { recursive: true, force: true });
  return true;
}

/** A file replaces an equal one; a folder that was written anew meanwhile stands. */
async function moveBack(aside: string, path: string): Promise<void> {
  try {
    await rename(aside, path);
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    await rm(aside, { recursive: true, force: true });
  }
}

/** `jobsSince`: of folders, which are those of jobs, or snapshots on their way in. */
export async function listLeftovers(
  folder: string,
  untouchedSince: Date,
  jobsSince: Date,
): Promise<readonly Leftover[]> {
  const incoming = join(folder, 'incoming');
  const leftovers: Leftover[] = [];
  for (const name of await namesIn(incoming)) {
    const path = join(incoming, name);
    const found = await sizeAndTime(path);
    if (found === null || found.putAt >= (found.isFolder ? jobsSince : untouchedSince)) continue;
    const remove = () => rm(path, { recursive: true, force: true });
    leftovers.push({ place: path, bytes: found.bytes, remove });
  }
  return leftovers;
}

type SizeAndTime = Pick<StoredObject, 'bytes' | 'putAt'> & { readonly isFolder: boolean };

/** Of a folder the bytes and the newest time of all that is in it; null: gone by now. */
async function sizeAndTime(path: string): Promise<SizeAndTime | null> {
  try {
    const stat = await lstat(path);
    const putAt = stat.atime > stat.mtime ? stat.atime : stat.mtime;
    if (!stat.isDirectory()) return { bytes: stat.size, putAt, isFolder: false };
    let all = { bytes: 0, putAt: stat.mtime, isFolder: true };
    for (const name of await readdir(path)) {
      const inner = await sizeAndTime(join(path, name));
      if (inner === null) continue;
      const newest = inner.putAt > all.putAt ? inner.putAt : all.putAt;
      all = { ...all, bytes: all.bytes + inner.bytes, putAt: newest };
    }
    return all;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
