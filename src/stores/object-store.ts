import type { Digest } from '../domain/digest.ts';
import type { PackHost, WaitingMember } from './objects/pack-target.ts';

export type ObjectState = 'sound' | 'changed' | 'missing';

/** An object, and when it was put last. */
export type StoredObject = {
  readonly digest: Digest;
  readonly bytes: number;
  readonly putAt: Date;
};
/** What a writer that died has left; `place`: where, for people. */
export type Leftover = {
  readonly place: string;
  readonly bytes: number;
  readonly remove: () => Promise<void>;
};

/** Objects by who counts on them: the database that this store was opened for, and others over the same store. */
export type Claims = { readonly own: ReadonlySet<Digest>; readonly others: ReadonlySet<Digest> };

/**
 * Bytes by their content. Writing the same bytes twice is a no-op; a reader never sees half an object. Addresses are
 * digests from the database, never text from a user.
 */
export interface ObjectStore extends PackHost {
  put(bytes: Uint8Array): Promise<Digest>;
  /** Moves a finished local file in (same volume: a rename), or a snapshot that is a folder (same volume only). */
  putFile(path: string): Promise<Digest>;
  /** Puts packs that executors left. Throws a `lostPack` when one can't be seen, ends too early or holds other bytes. */
  adopt(members: readonly WaitingMember[]): Promise<void>;
  /** What executors left for the job, and nobody adopted, goes. */
  dismiss(job: string): Promise<void>;
  has(digest: Digest): Promise<boolean>;
  /** Whether all bytes are there and still match the digest; reads them. A snapshot that is a folder: its layout, and the sizes of its files. */
  state(digest: Digest): Promise<ObjectState>;
  /** Throws `Failure('not-found')`, and `Failure('corrupt-object')` when the bytes do not match the digest. */
  get(digest: Digest): Promise<Uint8Array>;
  /** Part of an object (a pack member); not digest-checked here. */
  getRange(digest: Digest, offset: number, length: number): Promise<Uint8Array>;
  /** Says once that this store's database counts on objects that were put before such claims were kept. */
  claimAtFirst(known: () => Promise<Iterable<Digest>>): Promise<void>;
  claims(): Promise<Claims>;
  /** Every object, in no order; those of a cache whose originals are gone, too. */
  list(): AsyncIterable<StoredObject>;
  /** Takes an object away, unless it was put (again) since: then it stays, and the answer is false. */
  remove(digest: Digest, unlessPutSince: Date): Promise<boolean>;
  /**
   * What writers that died have left half-written, and nobody has touched since then; of what executors left for a job, since
   * `jobsSince`, if that is earlier.
   */
  leftovers(untouchedSince: Date, jobsSince: Date): Promise<readonly Leftover[]>;
  /** Where the whole object lies on this machine, for engines that read the file themselves. */
  path(digest: Digest): Promise<string>;
  /** Where it is kept, for people. */
  place(digest: Digest): string;
}
