/**
 * What a function logs, in memory that outlives its thread: a partition that ran over its limit still shows its last
 * words. Layout: an Int32 with the bytes used, then UTF-8.
 */
const CAPACITY_BYTES = 100_000;
const HEADER_BYTES = 4;
const CUT = '\n… the log was cut here\n';

export function createThreadLog(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + CAPACITY_BYTES);
}

export function clearThreadLog(log: SharedArrayBuffer): void {
  new Int32Array(log, 0, 1)[0] = 0;
}

/** Appends text; beyond the capacity it is dropped, and the log ends with a note, after which no room is left. */
export function appendToThreadLog(text: string, log: SharedArrayBuffer): void {
  const used = new Int32Array(log, 0, 1);
  const start = used[0] as number;
  const room = CAPACITY_BYTES - Buffer.byteLength(CUT) - start;
  if (room <= 0) return;
  const bytes = Buffer.from(text);
  const target = new Uint8Array(log, HEADER_BYTES);
  if (bytes.length <= room) {
    target.set(bytes, start);
    used[0] = start + bytes.length;
    return;
  }
  const kept = Buffer.from(`${cutText(bytes, room)}${CUT}`);
  target.set(kept, start);
  used[0] = start + kept.length;
}

export function readThreadLog(log: SharedArrayBuffer): string {
  const used = new Int32Array(log, 0, 1)[0] as number;
  return Buffer.from(log, HEADER_BYTES, used).toString('utf8');
}

/** At most `limit` bytes without a broken character at the end. */
function cutText(bytes: Buffer, limit: number): string {
  return bytes
    .subarray(0, limit)
    .toString('utf8')
    .replace(/\uFFFD$/, '');
}
