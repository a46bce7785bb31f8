/**
 * The frames of an Arrow IPC stream: eight bytes of head (0xFFFFFFFF and the metadata's length, little-endian), metadata,
 * body. Metadata of length 0 ends the stream.
 */
export type ArrowMessage = {
  readonly head: Uint8Array;
  readonly metadata: Uint8Array;
  readonly body: Uint8Array;
};

export const ARROW_HEAD_BYTES = 8;
export const ARROW_END = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** Throws `RangeError` when what stands there is no frame. */
export function metadataLengthOf(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, ARROW_HEAD_BYTES);
  if (view.getInt32(0, true) !== -1)
    throw new RangeError(
      `An Arrow frame begins with ff ff ff ff, not with ${Buffer.from(head.subarray(0, 4)).toString('hex')}.`,
    );
  return view.getInt32(4, true);
}

/** `Message.bodyLength`: the fourth field of the flatbuffer's root table, 0 when it is left out. */
export function bodyLengthOf(metadata: Uint8Array): number {
  const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.length);
  const root = view.getInt32(0, true);
  const fields = root - view.getInt32(root, true);
  const slot = view.getInt16(fields, true) > 10 ? view.getInt16(fields + 10, true) : 0;
  return slot === 0 ? 0 : Number(view.getBigInt64(root + slot, true));
}
