import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { Digest } from '../domain/digest.ts';
import type { Json } from '../domain/json.ts';

// The package is CommonJS with a declaration that nodenext reads as a namespace.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** At once: OpenSSL's limit, as Node 20 calls it, is 2 GiB. */
const HASHED_BYTES = 2 ** 30;

export function digestBytes(bytes: Uint8Array | string): Digest {
  const hash = createHash('sha256');
  if (typeof bytes === 'string') hash.update(bytes);
  else
    for (let start = 0; start < bytes.length; start += HASHED_BYTES)
      hash.update(bytes.subarray(start, start + HASHED_BYTES));
  return `sha256:${hash.digest('hex')}` as Digest;
}

/** RFC 8785 text: equal data, equal text. Throws on NaN and infinities. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new RangeError('Not JSON data.');
  return text;
}

export function digestJson(value: Json): Digest {
  return digestBytes(canonicalJson(value));
}

/**
 * A seed of its own for every (root seed, stage, partition, algorithm, parameters, fold): the first 8 bytes of SHA-256
 * over their canonical JSON array, so neither order nor concurrency can matter (DESIGN §3 Seeds, §10).
 */
export function seedOf(root: number, ...place: readonly (string | number)[]): bigint {
  return createHash('sha256')
    .update(canonicalJson([String(root), ...place]))
    .digest()
    .readBigUInt64BE(0);
}

/** Partitions are addressed by this hash of their text, never by the text itself. */
export function partitionId(text: string): string {
  return createHash('sha256').update(`partition ${text}`).digest('hex').slice(0, 32);
}
