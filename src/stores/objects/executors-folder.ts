import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestBytes } from '../../frame/digest.ts';
import { FILE_MODE, incomingPath, writeObject } from './object-file.ts';
import { type PackMember, packMembers } from './pack.ts';

/**
 * The folder of a store as executors see it that share its volume, and the name of a file in it which says that it is the
 * same folder: one of the same path on a volume of their own lacks it.
 */
export type ExecutorsFolder = { readonly folder: string; readonly sign: string };

/** Before others are asked to write there. */
export async function putUpSign({ folder, sign }: ExecutorsFolder): Promise<void> {
  await writeFile(await incomingPath(folder, sign), '', { mode: FILE_MODE, flag: 'a' });
}

export async function takeDownSign({ folder, sign }: ExecutorsFolder): Promise<void> {
  await rm(join(folder, 'incoming', sign), { force: true });
}

/** Whether the store can read what this process writes there: the sign is up, and the folder is this user's. */
export async function isShared({ folder, sign }: ExecutorsFolder): Promise<boolean> {
  try {
    await stat(join(folder, 'incoming', sign));
    return (await stat(folder)).uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** Puts blobs into the folder as one object, and says where each lies; the store adopts it. */
export async function writePack(
  folder: string,
  blobs: readonly Uint8Array[],
): Promise<readonly PackMember[]> {
  const { bytes, members } = packMembers(blobs);
  const pack = digestBytes(bytes);
  await writeObject(folder, pack, bytes);
  return members.map((member) => ({ pack, ...member }));
}
