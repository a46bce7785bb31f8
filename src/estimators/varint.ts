/** Whole numbers from 0, seven bits a byte, the lowest first; the high bit says that another byte follows (LEB128). */
export function packCounts(counts: Int32Array): Uint8Array {
  const bytes = new Uint8Array(counts.length * 5);
  let size = 0;
  for (const count of counts) {
    let rest = count >>> 0;
    for (; rest > 127; rest >>>= 7) bytes[size++] = (rest & 127) | 128;
    bytes[size++] = rest;
  }
  return bytes.slice(0, size);
}

/** The inverse of `packCounts`, or nothing where the bytes are not exactly `length` numbers. */
export function unpackCounts(bytes: Uint8Array, length: number): Int32Array | undefined {
  const counts = new Int32Array(length);
  let at = 0;
  for (let i = 0; i < length; i++) {
    let count = 0;
    let byte = 128;
    for (let shift = 0; byte > 127; shift += 7) {
      if (at >= bytes.length || shift > 28) return undefined;
      byte = bytes[at++] as number;
      count |= (byte & 127) << shift;
    }
    counts[i] = count;
  }
  return at === bytes.length ? counts : undefined;
}
