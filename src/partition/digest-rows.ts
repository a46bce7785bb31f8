import type { Digest } from '../domain/digest.ts';
import { PartitionDigest, ROW_HASH_BYTES } from '../frame/row-hash.ts';
import type { PartitionFunction } from './partition-function.ts';

/** The digest of a partition from the hashes of its rows in any order; O(n log n) where they are not sorted. */
export const digestRows: PartitionFunction<object, { readonly digest: Digest }> = ({
  rowHashes,
}) => {
  const digest = new PartitionDigest();
  digest.update(sortedHashes(rowHashes));
  return { facts: { digest: digest.digest() }, blobs: new Map() };
};

function sortedHashes(hashes: Uint8Array): Uint8Array {
  const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.length);
  const compare = (a: number, b: number) =>
    bytes.compare(bytes, b, b + ROW_HASH_BYTES, a, a + ROW_HASH_BYTES);
  const count = hashes.length / ROW_HASH_BYTES;
  const places = Float64Array.from({ length: count }, (_, i) => i * ROW_HASH_BYTES);
  if (places.every((at, i) => i === 0 || compare(at - ROW_HASH_BYTES, at) <= 0)) return bytes;
  places.sort(compare);
  const sorted = new Uint8Array(hashes.length);
  places.forEach((from, i) => {
    sorted.set(bytes.subarray(from, from + ROW_HASH_BYTES), i * ROW_HASH_BYTES);
  });
  return sorted;
}
