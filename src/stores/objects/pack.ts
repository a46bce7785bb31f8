/** Where a member's bytes lie in its pack. */
export type MemberRange = { readonly offset: number; readonly length: number };

/** Joins many small byte arrays into one object, in order. O(total bytes). */
export function packMembers(blobs: readonly Uint8Array[]): {
  readonly bytes: Uint8Array;
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
