import { createWriteStream } from 'node:fs';
import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BucketPlace } from '../../../domain/bucket.ts';
import { type Digest, hexOf } from '../../../domain/digest.ts';
import { Failure, isFailure } from '../../../domain/failure.ts';
import { digestBytes } from '../../../frame/digest.ts';
import { folderLayoutIn, LAYOUT_FILE } from '../../../frame/snapshot-layout.ts';
import type {
  Claims,
  Leftover,
  ObjectState,
  ObjectStore,
  StoredObject,
} from '../../object-store.ts';
import { failureOf } from '../file-failure.ts';
import { createFileObjectStore } from '../file-object-store.ts';
import { FILE_MODE, incomingPath, moveIn } from '../object-file.ts';
import { type PackTarget, packsOf, type WaitingMember } from '../pack-target.ts';
import { S3Bucket } from './bucket.ts';
import {
  allClaimedAt,
  claim,
  claimedAt,
  claimFirst,
  claimsIn,
  isClaimed,
  withdrawClaim,
} from './bucket-claims.ts';
import { readMeasured } from './measured.ts';
import { announceRemoval, outliveCollectors, REMOVALS } from './removals.ts';
import {
  abandonedFolders,
  allFolders,
  bringFiles,
  FOLDERS,
  putFiles,
  removeFiles,
  stateOfFiles,
} from './snapshot-files.ts';
import { abandonedJobs, dismissFrom, inviteInto, takeIn } from './waiting-packs.ts';

/** Whoever put it, and whenever. */
const ALWAYS = new Date(8.64e15);
/** No layout of a snapshot has as many. */
const LAYOUT_BYTES = 4 * 2 ** 20;

type Place = BucketPlace & { readonly isPathStyle: boolean };
type Owner = (() => Promise<string>) | null;

/**
 * Objects in a bucket of S3 under `sha256/ab/cdef…`, with a folder of files of the same names as its cache: what is put lies
 * there first, what an engine reads is brought there once. Packs of executors come from within the bucket. Nothing is taken
 * from the cache but what is gone from the bucket. `owner`: as of files.
 */
export function createS3ObjectStore(
  place: Place,
  folder: string,
  owner: Owner = null,
): ObjectStore {
  return new S3ObjectStore(place, folder, owner);
}

class S3ObjectStore implements ObjectStore {
  readonly #folder: string;
  readonly #bucket: S3Bucket;
  readonly #cache: ObjectStore;
  readonly #owner: Owner;
  /** What is on its way into the cache. */
  readonly #coming = new Map<Digest, Promise<void>>();

  constructor(place: Place, folder: string, owner: Owner) {
    this.#folder = folder;
    this.#bucket = new S3Bucket(place);
    this.#cache = createFileObjectStore(folder);
    this.#owner = owner;
  }

  place(digest: Digest): string {
    return this.#bucket.place(keyOf(digest));
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = await this.#cache.put(bytes);
    await this.#keep(digest);
    return digest;
  }

  async putFile(path: string): Promise<Digest> {
    const isFolder = (await lstat(path).catch(() => null))?.isDirectory() ?? false;
    const digest = await this.#cache.putFile(path);
    try {
      await this.#keep(digest);
    } catch (error) {
      // The next attempt makes a folder with names of its own: this one would never be asked for.
      if (isFolder) await this.#cache.remove(digest, ALWAYS);
      throw error;
    }
    return digest;
  }

  invite(job: string): Promise<PackTarget> {
    return inviteInto(this.#bucket, job);
  }

  async adopt(members: readonly WaitingMember[]): Promise<void> {
    for (const waiting of packsOf(members)) {
      const { pack, least } = waiting;
      await this.#keep(pack, async () => {
        const found = await this.#bucket.head(keyOf(pack));
        if (found === null || found.bytes < least) await takeIn(this.#bucket, waiting, keyOf(pack));
      });
    }
  }

  dismiss(job: string): Promise<void> {
    return dismissFrom(this.#bucket, job);
  }

  /** Claimed, so that nobody collects it from now on; then put, unless it is there. */
  async #keep(digest: Digest, put = () => this.#putUnlessThere(digest)): Promise<void> {
    const owner = (await this.#owner?.()) ?? null;
    do {
      if (owner !== null) await claim(this.#bucket, owner, digest);
      await put();
      await outliveCollectors(this.#bucket, keyOf(digest), digest);
    } while (!(await this.#isKept(digest, owner)));
  }

  /** From the cache; of a folder the files first. */
  async #putUnlessThere(digest: Digest): Promise<void> {
    const cached = this.#cache.place(digest);
    const isFolder = (await lstat(cached)).isDirectory();
    const path = isFolder ? join(cached, LAYOUT_FILE) : cached;
    const { size: bytes } = await lstat(path);
    const key = keyOf(digest);
    const found = await this.#bucket.head(key);
    if (found !== null && found.bytes !== bytes) throw this.#otherBytes(digest);
    if (found !== null) return;
    await this.#insistOnCache(digest);
    if (isFolder) await putFiles(this.#bucket, digest, cached);
    const sha256 = Buffer.from(hexOf(digest), 'hex');
    const isNew = await this.#bucket.create(key, { path, bytes, sha256 });
    if (!isNew && (await this.#bucket.head(key)) === null)
      throw new Failure('unreachable', `${this.place(digest)} is being put by others; try again.`);
  }

  /** Nothing is put over what the bucket has, so that wrong bytes would stay there. */
  async #insistOnCache(digest: Digest): Promise<void> {
    if ((await this.#cache.state(digest)) === 'sound') return;
    const place = this.#cache.place(digest);
    await this.#cache.remove(digest, ALWAYS);
    throw new Failure('corrupt-object', `${place} held other bytes, and is gone now; run again.`);
  }

  /** A collector that was done before anybody looked for it has taken both. */
  async #isKept(digest: Digest, owner: string | null): Promise<boolean> {
    if (owner !== null && !(await isClaimed(this.#bucket, owner, digest))) return false;
    return this.has(digest);
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.#bucket.head(keyOf(digest))) !== null;
  }

  async state(digest: Digest): Promise<ObjectState> {
    const key = keyOf(digest);
    const found = await readMeasured(this.#bucket, key);
    if (found === null) return 'missing';
    if (found.digest !== digest) return 'changed';
    if (found.bytes > LAYOUT_BYTES) return 'sound';
    const layout = folderLayoutIn((await this.#bucket.bytes(key)) ?? new Uint8Array());
    return layout === null ? 'sound' : stateOfFiles(this.#bucket, digest, layout);
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const near = await this.#cached(digest, () => this.#cache.get(digest));
    if (near !== null) return near;
    const bytes = await this.#bucket.bytes(keyOf(digest));
    if (bytes === null) throw this.#missing(digest);
    if (digestBytes(bytes) !== digest) throw this.#otherBytes(digest);
    await this.#cache.put(bytes);
    return bytes;
  }

  async getRange(digest: Digest, offset: number, length: number): Promise<Uint8Array> {
    const near = await this.#cached(digest, () => this.#cache.getRange(digest, offset, length));
    if (near !== null) return near;
    const key = keyOf(digest);
    const bytes = length === 0 ? null : await this.#bucket.bytes(key, { offset, length });
    const found = bytes?.length ?? 0;
    if (found < length || length === 0) {
      const known = await this.#bucket.head(key);
      if (known === null) throw this.#missing(digest);
      if (known.bytes < offset + length)
        throw new Failure(
          'corrupt-object',
          `Object ${digest} ends before byte ${offset + length}; restore ${this.place(digest)} from a copy.`,
        );
    }
    if (found !== length)
      throw new Failure(
        'unsupported',
        `The S3 server gave ${found} bytes of ${this.place(digest)} when it was asked for ${length}: it does not know ranges, which PARTITA_OBJECTS needs.`,
      );
    return bytes ?? new Uint8Array();
  }

  /** What the cache has; null: nothing, or not what it should: then that goes. */
  async #cached(digest: Digest, read: () => Promise<Uint8Array>): Promise<Uint8Array | null> {
    try {
      return await read();
    } catch (error) {
      if (!isFailure(error) || !['not-found', 'corrupt-object'].includes(error.kind)) throw error;
      if (error.kind === 'corrupt-object') await this.#cache.remove(digest, ALWAYS);
      return null;
    }
  }

  async path(digest: Digest): Promise<string> {
    if (!(await this.#cache.has(digest))) {
      const coming =
        this.#coming.get(digest) ?? this.#bring(digest).finally(() => this.#coming.delete(digest));
      this.#coming.set(digest, coming);
      await coming;
    }
    return this.#cache.place(digest);
  }

  /** Into the cache, whole and with the right bytes or not at all. */
  async #bring(digest: Digest): Promise<void> {
    try {
      const incoming = await incomingPath(this.#folder);
      try {
        const found = await readMeasured(this.#bucket, keyOf(digest), () =>
          createWriteStream(incoming, { flags: 'wx', mode: FILE_MODE, flush: true }),
        );
        if (found === null) throw this.#missing(digest);
        if (found.digest !== digest) throw this.#otherBytes(digest);
        const content =
          found.bytes > LAYOUT_BYTES ? null : folderLayoutIn(await readFile(incoming));
        if (content !== null) await bringFiles(this.#bucket, digest, { content, path: incoming });
        await moveIn(this.#folder, incoming, digest);
      } finally {
        await rm(incoming, { recursive: true, force: true });
      }
    } catch (error) {
      throw failureOf(error, digest, this.#folder) ?? error;
    }
  }

  async claimAtFirst(known: () => Promise<Iterable<Digest>>): Promise<void> {
    const owner = await this.#owner?.();
    if (owner !== undefined) await claimFirst(this.#bucket, owner, known);
  }

  /** Those of files as well: what others keep in the folder without a bucket is near, too. */
  async claims(): Promise<Claims> {
    const owner = (await this.#owner?.()) ?? null;
    const far = await claimsIn(this.#bucket, owner);
    const near = await createFileObjectStore(this.#folder, this.#owner).claims();
    return {
      own: new Set([...far.own, ...near.own]),
      others: new Set([...far.others, ...near.others]),
    };
  }

  /** What is near, and gone from the bucket, is listed as well: nobody else would take it away. */
  async *list(): AsyncGenerator<StoredObject> {
    const claimed = await allClaimedAt(this.#bucket);
    const folders = await allFolders(this.#bucket);
    const seen = new Set<Digest>();
    for await (const { key, bytes, putAt } of this.#bucket.list('sha256/')) {
      const [, start, rest] = /^sha256\/([0-9a-f]{2})\/([0-9a-f]{62})$/.exec(key) ?? [];
      if (start === undefined || rest === undefined) continue;
      const digest = `sha256:${start}${rest}` as Digest;
      seen.add(digest);
      const all = bytes + (folders.get(digest)?.bytes ?? 0);
      yield { digest, bytes: all, putAt: later(putAt, claimed.get(digest)) };
    }
    for await (const near of this.#cache.list())
      if (!seen.has(near.digest))
        yield { ...near, putAt: later(near.putAt, claimed.get(near.digest)) };
  }

  /** Says first that it is about to go, then looks whether somebody claimed it: who claims it after that hears of it. */
  async remove(digest: Digest, unlessPutSince: Date): Promise<boolean> {
    const removal = await announceRemoval(this.#bucket, digest);
    try {
      const found = await this.#bucket.head(keyOf(digest));
      const claimed = await claimedAt(this.#bucket, digest);
      const last = later(found?.putAt ?? new Date(0), claimed ?? undefined);
      if (last >= removal.asBucketTells(unlessPutSince)) return false;
      if (found === null) return await this.#cache.remove(digest, unlessPutSince);
      await this.#bucket.remove(keyOf(digest));
      await removeFiles(this.#bucket, digest);
      const owner = await this.#owner?.();
      if (owner !== undefined) await withdrawClaim(this.#bucket, owner, digest);
      await this.#cache.remove(digest, unlessPutSince);
    } finally {
      await this.#bucket.remove(removal.key);
    }
    return true;
  }

  async leftovers(untouchedSince: Date, jobsSince: Date): Promise<readonly Leftover[]> {
    const leftovers = [
      ...(await this.#cache.leftovers(untouchedSince, jobsSince)),
      ...(await abandonedJobs(this.#bucket, jobsSince)),
      ...(await abandonedFolders(this.#bucket, untouchedSince, (digest) => this.has(digest))),
    ];
    // What its parts hold is not asked: each would be a request.
    for (const start of ['sha256/', FOLDERS])
      for await (const { place, begunAt, remove } of this.#bucket.unfinished(start))
        if (begunAt < untouchedSince) leftovers.push({ place, bytes: 0, remove });
    for await (const { key, bytes, putAt } of this.#bucket.list(REMOVALS)) {
      const remove = () => this.#bucket.remove(key);
      if (putAt < untouchedSince) leftovers.push({ place: this.#bucket.place(key), bytes, remove });
    }
    return leftovers;
  }

  #missing(digest: Digest): Failure {
    return new Failure('not-found', `There is no object ${digest} in ${this.#bucket.place('')}.`);
  }

  #otherBytes(digest: Digest): Failure {
    return new Failure(
      'corrupt-object',
      `Object ${digest} holds other bytes; restore ${this.place(digest)} from a copy, or remove it and run again.`,
    );
  }
}

function keyOf(digest: Digest): string {
  const hex = hexOf(digest);
  return `sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
}

function later(one: Date, other: Date | undefined): Date {
  return other !== undefined && other > one ? other : one;
}
