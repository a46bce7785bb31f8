import { type Digest, hexOf } from '../../../domain/digest.ts';
import type { Claims } from '../../object-store.ts';
import type { S3Bucket } from './bucket.ts';

/**
 * An empty object `claims/HEX/OWNER` for every object and every database that counts on it. When it was put last is when that
 * database asked for the object last.
 */
const CLAIMS = 'claims/';
/** `first/OWNER`: what a database counted on when such claims began, 64 hex digits in a line. */
const FIRST = 'first/';

/** Says that a database counts on an object, before that is put; again renews its time. */
export async function claim(bucket: S3Bucket, owner: string, digest: Digest): Promise<void> {
  await bucket.write(claimKey(owner, digest), '');
}

export async function withdrawClaim(
  bucket: S3Bucket,
  owner: string,
  digest: Digest,
): Promise<void> {
  await bucket.remove(claimKey(owner, digest));
}

export async function isClaimed(bucket: S3Bucket, owner: string, digest: Digest): Promise<boolean> {
  return (await bucket.head(claimKey(owner, digest))) !== null;
}

/** When anybody said so of the object last; null: nobody has. */
export async function claimedAt(bucket: S3Bucket, digest: Digest): Promise<Date | null> {
  let last: Date | null = null;
  for await (const { putAt } of bucket.list(`${CLAIMS}${hexOf(digest)}/`))
    if (last === null || putAt > last) last = putAt;
  return last;
}

/** The same of every object. */
export async function allClaimedAt(bucket: S3Bucket): Promise<ReadonlyMap<Digest, Date>> {
  const last = new Map<Digest, Date>();
  for await (const { key, putAt } of bucket.list(CLAIMS)) {
    const { digest } = claimIn(key) ?? {};
    if (digest !== undefined && (last.get(digest) ?? putAt) <= putAt) last.set(digest, putAt);
  }
  return last;
}

/** Says so once of everything that was put before claims were kept. */
export async function claimFirst(
  bucket: S3Bucket,
  owner: string,
  known: () => Promise<Iterable<Digest>>,
): Promise<void> {
  const key = FIRST + owner;
  if ((await bucket.head(key)) !== null) return;
  const lines = [...(await known())].map((digest) => `${hexOf(digest)}\n`);
  await bucket.write(key, lines.join(''));
}

/** What this database counts on, and what any other does. */
export async function claimsIn(bucket: S3Bucket, owner: string | null): Promise<Claims> {
  const [own, others] = [new Set<Digest>(), new Set<Digest>()];
  for await (const { key } of bucket.list(CLAIMS)) {
    const found = claimIn(key);
    if (found !== null) (found.owner === owner ? own : others).add(found.digest);
  }
  for await (const { key } of bucket.list(FIRST)) {
    const into = key.slice(FIRST.length) === owner ? own : others;
    const text = Buffer.from((await bucket.bytes(key)) ?? []).toString('utf8');
    for (const [hex] of text.matchAll(/^[0-9a-f]{64}$/gm)) into.add(`sha256:${hex}` as Digest);
  }
  return { own, others };
}

function claimKey(owner: string, digest: Digest): string {
  return `${CLAIMS}${hexOf(digest)}/${owner}`;
}

function claimIn(key: string): { readonly digest: Digest; readonly owner: string } | null {
  const [, hex, owner] = /^claims\/([0-9a-f]{64})\/(.+)$/.exec(key) ?? [];
  return hex === undefined || owner === undefined
    ? null
    : { digest: `sha256:${hex}` as Digest, owner };
}
