import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Digest, hexOf } from '../../../domain/digest.ts';
import { Failure } from '../../../domain/failure.ts';
import {
  type FolderLayout,
  LAYOUT_FILE,
  readFolderLayout,
} from '../../../frame/snapshot-layout.ts';
import type { Leftover, ObjectState } from '../../object-store.ts';
import { FILE_MODE, FOLDER_MODE } from '../object-file.ts';
import type { S3Bucket } from './bucket.ts';

/**
 * A snapshot that is a folder: its layout is the object, and `folders/HEX/NAME` are its files. They are put before the layout
 * and taken away after it, so whoever finds the layout finds them. Files have names of their own: nobody else puts them.
 */
export const FOLDERS = 'folders/';

/** Puts the files of a folder; those that are there are not sent again. */
export async function putFiles(bucket: S3Bucket, digest: Digest, folder: string): Promise<void> {
  const { files } = await readFolderLayout(folder);
  const there = await filesOf(bucket, digest);
  for (const { name, bytes } of files) {
    const key = filesKey(digest) + name;
    const known =
      there.get(name) ?? (await putFile(bucket, key, { path: join(folder, name), bytes }));
    if (known !== bytes)
      throw new Failure(
        'corrupt-object',
        `${bucket.place(key)} has ${known} bytes, not ${bytes}; remove it and run again.`,
      );
  }
}

/** How many bytes there are of it now. */
async function putFile(
  bucket: S3Bucket,
  key: string,
  file: { readonly path: string; readonly bytes: number },
): Promise<number> {
  if (await bucket.create(key, file)) return file.bytes;
  const found = await bucket.head(key);
  if (found !== null) return found.bytes;
  throw new Failure('unreachable', `${bucket.place(key)} is being put by others; try again.`);
}

/** Whether all files are there, and as large as the layout says: as of a folder of this machine, their bytes are not read. */
export async function stateOfFiles(
  bucket: S3Bucket,
  digest: Digest,
  { files }: FolderLayout,
): Promise<ObjectState> {
  const there = await filesOf(bucket, digest);
  return files.every(({ name, bytes }) => there.get(name) === bytes) ? 'sound' : 'changed';
}

/** Makes a folder of the layout's file, with all files in it; each as large as the layout says, or it throws. */
export async function bringFiles(
  bucket: S3Bucket,
  digest: Digest,
  layout: { readonly content: FolderLayout; readonly path: string },
): Promise<void> {
  const { path, content } = layout;
  const aside = `${path}.layout`;
  await rename(path, aside);
  try {
    await mkdir(path, { mode: FOLDER_MODE });
    await rename(aside, join(path, LAYOUT_FILE));
  } finally {
    await rm(aside, { force: true });
  }
  for (const { name, bytes } of content.files) {
    const target = join(path, name);
    const key = filesKey(digest) + name;
    const tag = await bucket.pour(key, (chunks) =>
      pipeline(chunks, createWriteStream(target, { flags: 'wx', mode: FILE_MODE, flush: true })),
    );
    if (tag !== null && (await stat(target)).size === bytes) continue;
    throw new Failure(
      'corrupt-object',
      `${bucket.place(key)}, a file of a snapshot, ${tag === null ? 'is gone' : `has not its ${bytes} bytes`}; restore it from a copy, or read the source again with another run.`,
    );
  }
}

export async function removeFiles(bucket: S3Bucket, digest: Digest): Promise<void> {
  for await (const { key } of bucket.list(filesKey(digest))) await bucket.remove(key);
}

/** Bytes, and the time of the last, of the files of every folder. */
export async function allFolders(
  bucket: S3Bucket,
): Promise<ReadonlyMap<Digest, { readonly bytes: number; readonly putAt: Date }>> {
  const folders = new Map<Digest, { readonly bytes: number; readonly putAt: Date }>();
  for await (const { key, bytes, putAt } of bucket.list(FOLDERS)) {
    const [, hex] = /^folders\/([0-9a-f]{64})\//.exec(key) ?? [];
    if (hex === undefined) continue;
    const digest = `sha256:${hex}` as Digest;
    const known = folders.get(digest) ?? { bytes: 0, putAt };
    const last = known.putAt > putAt ? known.putAt : putAt;
    folders.set(digest, { bytes: known.bytes + bytes, putAt: last });
  }
  return folders;
}

/** Files that nobody has put the layout to, and whose last is older than that. */
export async function abandonedFolders(
  bucket: S3Bucket,
  untouchedSince: Date,
  isThere: (digest: Digest) => Promise<boolean>,
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const [digest, { bytes, putAt }] of await allFolders(bucket)) {
    if (putAt >= untouchedSince || (await isThere(digest))) continue;
    const remove = () => removeFiles(bucket, digest);
    leftovers.push({ place: bucket.place(filesKey(digest)), bytes, remove });
  }
  return leftovers;
}

async function filesOf(bucket: S3Bucket, digest: Digest): Promise<ReadonlyMap<string, number>> {
  const start = filesKey(digest);
  const files = new Map<string, number>();
  for await (const { key, bytes } of bucket.list(start)) files.set(key.slice(start.length), bytes);
  return files;
}

function filesKey(digest: Digest): string {
  return `${FOLDERS}${hexOf(digest)}/`;
}
