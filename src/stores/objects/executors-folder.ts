import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, hexOf } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { codeOf } from './file-failure.ts';
import { FILE_MODE, FOLDER_MODE, incomingPath } from './object-file.ts';

/**
 * Where executors that share the volume of a store leave packs for it: a folder of the job's own, beside the objects. That
 * it is there is the sign that they see the store's volume, and no other of the same path. The store moves packs in when
 * it hears of them, as it does with all that it is given; what nobody asks for is a leftover.
 */
export type ExecutorsFolder = { readonly folder: string; readonly job: string };

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

/** Leaves a pack there, whole or not at all; again is no harm. Throws a `Failure` where the system refuses. */
export async function writeInFolder(
  place: ExecutorsFolder,
  pack: Digest,
  bytes: Uint8Array,
): Promise<void> {
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
  } catch (cause) {
    // Who refuses a file may refuse this, too; then it is a leftover.
    await rm(partial, { force: true }).catch(() => undefined);
    if (codeOf(cause) === '') throw cause;
    const message = `${place.folder} takes no packs from here (${codeOf(cause)}).`;
    throw new Failure('unreachable', message, { cause });
  }
}

export function waitingPath(place: ExecutorsFolder, pack: Digest): string {
  return join(folderOf(place), hexOf(pack));
}

function folderOf({ folder, job }: ExecutorsFolder): string {
  return join(folder, 'incoming', job);
}
