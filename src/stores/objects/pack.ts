import type { Digest } from '../../domain/digest.ts';
import type { RowRange } from '../../frame/frame.ts';

/** Where a member's bytes lie in its pack. */
export type MemberRange = { readonly offset: number; readonly length: number };

/** A member of a pack object. */
export type PackMember = MemberRange & { readonly pack: Digest };

/** Joins many small byte arrays into one object, in order. O(total bytes). */
export function packMembers(blobs: readonly Uint8Array[]): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly members: readonly MemberRange[];
} {
  const members: MemberRange[] = [];
  let end = 0;
  for (const { length } of blobs) {
    members.push({ offset: end, length });
    end += length;
  }
  const bytes = new Uint8Array(end);
  blobs.forEach((blob, i) => bytes.set(blob, members[i]?.offset));
  return { bytes, members };
}

/** The bytes of some rows in a member that holds `rowBytes` bytes for every row of the snapshot, range after range. */
export function rowsOfMember(
  { pack, offset }: PackMember,
  ranges: readonly RowRange[],
  rowBytes: number,
): readonly PackMember[] {
  return ranges.map(({ start, count }) => ({
    pack,
    offset: offset + start * rowBytes,
    length: count * rowBytes,
  }));
}
