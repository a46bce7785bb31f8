import { randomUUID } from 'node:crypto';
import { type Digest, hexOf } from '../../../domain/digest.ts';
import { Failure } from '../../../domain/failure.ts';
import { type S3Bucket, SECOND_MS } from './bucket.ts';

/** Where a collector says what it is about to take away: `removals/HEX/COLLECTOR`. */
export const REMOVALS = 'removals/';
/** Who takes an object away is done with it long before; clocks differ by less. */
const DEAD_COLLECTOR_MS = 15 * 60_000;

export type Removal = {
  readonly key: string;
  /** A time of ours by the clock of the bucket, as far as that is behind. */
  readonly asBucketTells: (time: Date) => Date;
};

/** Says that an object may be gone soon, until the key that is answered is removed. */
export async function announceRemoval(bucket: S3Bucket, digest: Digest): Promise<Removal> {
  const key = removalsOf(digest) + randomUUID();
  await bucket.write(key, '');
  const told = await bucket.head(key);
  // It may have been put at the beginning of the second that is told.
  const behind = told === null ? 0 : Math.min(0, told.putAt.getTime() - SECOND_MS - Date.now());
  return { key, asBucketTells: (time) => new Date(time.getTime() + behind) };
}

/** Throws `Failure('unreachable')` while somebody may take the object away who looked for claims before it was claimed. */
export async function outliveCollectors(
  bucket: S3Bucket,
  objectKey: string,
  digest: Digest,
): Promise<void> {
  for await (const { key, putAt } of bucket.list(removalsOf(digest))) {
    if (Date.now() - putAt.getTime() < DEAD_COLLECTOR_MS)
      throw new Failure('unreachable', `${bucket.place(objectKey)} is being collected; try again.`);
    await bucket.remove(key);
  }
}

function removalsOf(digest: Digest): string {
  return `${REMOVALS}${hexOf(digest)}/`;
}
