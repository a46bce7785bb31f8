import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, type FileHandle, lstat, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { digestBytes } from '../../frame/digest.ts';
import { LAYOUT_FILE, readFolderLayout } from '../../frame/snapshot-layout.ts';
import type { Claims, Leftover, ObjectState, ObjectStore, StoredObject } from '../object-store.ts';
import { claim, claimFirst, claimsIn, hasClaimedFirst } from './claims.ts';
import { listLeftovers, listObjects, removeObject, touch } from './collect-files.ts';
import { openFolder, removeFolder, waitingPath } from './executors-folder.ts';
import { codeOf, failureOf } from './file-failure.ts';
import { lostPack } from './lost-pack.ts';
import { FILE_MODE, incomingPath, moveIn, objectPath, writeObject } from './object-file.ts';
import { type PackTarget, packsOf, type WaitingMember } from './pack-target.ts';

const READ_NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW;

/**
 * Objects as files `sha256/ab/cdef…` in a folder of their own. Bytes are written beside, flushed and renamed, so a reader
 * sees a whole object or none, and any number of writers may put the same bytes at once.
 */
export function createFileObjectStore(folder: string, owner: Owner = null): ObjectStore {
  return new FileObjectStore(folder, owner);
}

/** Names the database for which objects are put, asked when the first is; null: nobody's collector comes here. */
type Owner = (() => Promise<string>) | null;

class FileObjectStore implements ObjectStore {
  readonly folder: string;
  readonly #owner: Owner;

  constructor(folder: string, owner: Owner) {
    this.folder = folder;
    this.#owner = owner;
  }

  place(digest: Digest): string {
    return objectPath(this.folder, digest);
  }

  async path(digest: Digest): Promise<string> {
    return this.place(digest);
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestBytes(bytes);
    await this.#claim([digest]);
    if (await this.#holds(digest, bytes.byteLength)) return digest;
    await this.#orFailure(() => writeObject(this.folder, digest, bytes), digest);
    return digest;
  }

  async invite(job: string): Promise<PackTarget> {
    const { folder } = this;
    await this.#orFailure(() => openFolder({ folder, job }), job);
    return { kind: 'folder', folder, job };
  }

  async adopt(members: readonly WaitingMember[]): Promise<void> {
    const packs = packsOf(members);
    if (packs.length > 0) await this.#claim(packs.map(({ pack }) => pack));
    for (const { pack, job, least } of packs) {
      const known = await this.#sizeOf(pack);
      if (known !== null && known >= least && (await this.#holds(pack, known))) continue;
      const waiting = waitingPath({ folder: this.folder, job }, pack);
      const size = await this.#orFailure(() => sizeAt(waiting), waiting);
      if (size === null || size < least)
        throw lostPack(
          `An executor left ${waiting}, at least ${least} bytes, but here ${size === null ? 'nothing' : `only ${size} bytes`} can be seen of it; executors and workers have to share ${this.folder}.`,
        );
      await this.#orFailure(() => moveIn(this.folder, waiting, pack), pack);
    }
  }

  dismiss(job: string): Promise<void> {
    const { folder } = this;
    return this.#orFailure(() => removeFolder({ folder, job }), job);
  }

  async putFile(path: string): Promise<Digest> {
    return this.#orFailure(async () => {
      if (await isSnapshotFolder(path)) return this.#putFolder(path);
      const file = await open(path, READ_NO_LINK);
      const size = await withFile(file, async () => {
        const stat = await file.stat();
        if (!stat.isFile()) throw new RangeError(`${path} is not a file.`);
        await file.sync();
        await file.chmod(FILE_MODE);
        return stat.size;
      });
      const digest = await digestFile(path);
      await this.#claim([digest]);
      if (await this.#holds(digest, size)) await rm(path);
      else await this.#moveOrCopyIn(path, digest);
      return digest;
    }, path);
  }

  /** Under the digest of its layout, which names its files: those were written by a cluster, once, under names of their own. */
  async #putFolder(path: string): Promise<Digest> {
    const digest = await digestFile(join(path, LAYOUT_FILE));
    await this.#claim([digest]);
    await moveIn(this.folder, path, digest);
    return digest;
  }

  async #claim(digests: readonly Digest[]): Promise<void> {
    const owner = await this.#owner?.();
    if (owner === undefined) return;
    await this.#orFailure(() => claim(this.folder, owner, digests), this.folder);
  }

  async claimAtFirst(known: () => Promise<Iterable<Digest>>): Promise<void> {
    const owner = await this.#owner?.();
    if (owner === undefined || (await hasClaimedFirst(this.folder, owner))) return;
    const digests = [...(await known())];
    const beside = await this.#incomingPath();
    await this.#orFailure(() => claimFirst(this.folder, owner, digests, beside), this.folder);
  }

  async claims(): Promise<Claims> {
    const owner = (await this.#owner?.()) ?? null;
    return this.#orFailure(() => claimsIn(this.folder, owner), this.folder);
  }

  async has(digest: Digest): Promise<boolean> {
    if ((await this.#sizeOf(digest)) !== null) return true;
    const isFolder = async () => {
      try {
        return await isSnapshotFolder(this.place(digest));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw error;
      }
    };
    return this.#orFailure(isFolder, digest);
  }

  async state(digest: Digest): Promise<ObjectState> {
    const path = this.place(digest);
    return this.#orFailure(async () => {
      try {
        const isFolder = await isSnapshotFolder(path);
        const found = await digestFile(isFolder ? join(path, LAYOUT_FILE) : path);
        if (found !== digest) return 'changed';
        return isFolder ? await stateOfFiles(path) : 'sound';
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return 'missing';
        throw error;
      }
    }, digest);
  }

  list(): AsyncIterable<StoredObject> {
    return listObjects(this.folder);
  }

  remove(digest: Digest, unlessPutSince: Date): Promise<boolean> {
    return this.#orFailure(async () => {
      const aside = await this.#incomingPath();
      return removeObject(this.place(digest), aside, unlessPutSince);
    }, digest);
  }

  leftovers(untouchedSince: Date, jobsSince: Date): Promise<readonly Leftover[]> {
    const list = () => listLeftovers(this.folder, untouchedSince, jobsSince);
    return this.#orFailure(list, this.folder);
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const bytes = await this.#read(digest, (file) => file.readFile());
    const found = digestBytes(bytes);
    if (found === digest) return bytes;
    throw new Failure(
      'corrupt-object',
      `Object ${digest} holds other bytes (${found}); restore ${this.place(digest)} from a copy, or remove it and run again.`,
    );
  }

  async getRange(digest: Digest, offset: number, length: number): Promise<Uint8Array> {
    return this.#read(digest, async (file) => {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) {
          throw new Failure(
            'corrupt-object',
            `Object ${digest} ends before byte ${offset + length}; restore ${this.place(digest)} from a copy.`,
          );
        }
        filled += bytesRead;
      }
      return bytes;
    });
  }

  async #read<Result>(
    digest: Digest,
    read: (file: FileHandle) => Promise<Result>,
  ): Promise<Result> {
    return this.#orFailure(async () => {
      const file = await open(this.place(digest), READ_NO_LINK);
      return withFile(file, () => read(file));
    }, digest);
  }

  /**
   * A file of another size is what a power cut left of it: it is written again. One that is there is marked as asked for
   * now (its time of access), so that nobody collects it as old.
   */
  async #holds(digest: Digest, size: number): Promise<boolean> {
    if ((await this.#sizeOf(digest)) !== size) return false;
    return this.#orFailure(() => touch(this.place(digest)), digest);
  }

  async #sizeOf(digest: Digest): Promise<number | null> {
    return this.#orFailure(async () => {
      try {
        const stat = await lstat(this.place(digest));
        return stat.isFile() ? stat.size : null;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      }
    }, digest);
  }

  #incomingPath(): Promise<string> {
    return this.#orFailure(() => incomingPath(this.folder), join(this.folder, 'incoming'));
  }

  async #moveOrCopyIn(path: string, digest: Digest): Promise<void> {
    try {
      await moveIn(this.folder, path, digest);
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw error;
      const incoming = await this.#incomingPath();
      await copyFile(path, incoming, constants.COPYFILE_EXCL);
      await moveIn(this.folder, incoming, digest);
      await rm(path);
    }
  }

  async #orFailure<Result>(work: () => Promise<Result>, subject: string): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw failureOf(error, subject, this.folder) ?? error;
    }
  }
}

async function isSnapshotFolder(path: string): Promise<boolean> {
  if (!(await lstat(path)).isDirectory()) return false;
  return lstat(join(path, LAYOUT_FILE)).then(
    (layout) => layout.isFile(),
    () => false,
  );
}

async function stateOfFiles(folder: string): Promise<ObjectState> {
  for (const { name, bytes } of (await readFolderLayout(folder)).files)
    if ((await lstat(join(folder, name))).size !== bytes) return 'changed';
  return 'sound';
}

/** Null: nothing is there. */
async function sizeAt(path: string): Promise<number | null> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function withFile<Result>(file: FileHandle, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    await file.close();
  }
}

async function digestFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}` as Digest;
}
