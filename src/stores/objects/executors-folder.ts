import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestBytes } from '../../frame/digest.ts';
import { FILE_MODE, FOLDER_MODE, incomingPath } from './object-file.ts';
import { type PackMember, packMembers } from './pack.ts';

/**
 * Where executors that share the volume of a store leave packs for it: a folder of the job's own, beside the objects. That
 * it is there is the sign that they see the store's volume, and no other of the same path. The store moves packs in when
 * it hears of them, as it does with all that it is given; what nobody asks for is a leftover.
 */
export type ExecutorsFolder = { readonly folder: string; readonly job: string };

/** A member of a pack that waits in the folder of that job. */
export type WaitingMember = PackMember & { readonly job: string };

/** Before others are asked to write there; again is no harm. */
export async function openFolder({ folder, job }: ExecutorsFolder): Promise<void> {
  await mkdir(await incomingPath(folder, job), { recursive: true, mode: FOLDER_MODE });
}

export async function removeFolder({ folder, job }: ExecutorsFolder): Promise<void> {
  await rm(join(folder, 'incoming', job), { recursive: true, force: true });
}

/** Whether the store can take what this process writes there: the folder is there, and this user's. */
export async function isShared(place: ExecutorsFolder): Promise<boolean> {
  try {
    return (await stat(folderOf(place))).uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** Leaves blobs there as one pack, whole or not at all, and says where each lies. */
export async function writePack(
  place: ExecutorsFolder,
  blobs: readonly Uint8Array[],
): Promise<readonly WaitingMember[]> {
  const { bytes, members } = packMembers(blobs);
  const pack = digestBytes(bytes);
  const partial = join(folderOf(place), randomUUID());
  try {
    const file = await open(partial, 'wx', FILE_MODE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, waitingPath(place, pack));
  } finally {
    await rm(partial, { force: true });
  }
  return members.map((member) => ({ pack, ...member, job: place.job }));
}

export function waitingPath(place: ExecutorsFolder, pack: PackMember['pack']): string {
  return join(folderOf(place), pack.slice('sha256:'.length));
}

function folderOf({ folder, job }: ExecutorsFolder): string {
  return join(folder, 'incoming', job);
}
