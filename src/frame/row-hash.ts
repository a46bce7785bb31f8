import { createHash, hash } from 'node:crypto';
import type { Digest } from '../domain/digest.ts';
import { digestJson } from './digest.ts';
import type { Column, Frame } from './frame.ts';

/** Bytes of a row hash. */
export const ROW_HASH_BYTES = 16;

/** First byte of every value, so that a missing value, a number, a text and a time never look alike. */
const MISSING = 0;
const NUMBER = 1;
const TEXT = 2;
const TIME = 3;

/**
 * One hash per row over the values of all columns in frame order: the first 16 bytes of SHA-256. Numbers count as IEEE
 * bits (−0 as 0), times as int64 µs, texts as length and UTF-8, all little-endian, each after its type byte; a missing
 * value is its type byte alone. Names, level codes and the file that the values came from have no part in it.
 * Returns 16 bytes per row. Cost: about 1 µs per row of ten numbers.
 */
export function hashRows(frame: Frame): Uint8Array {
  const hashes = new Uint8Array(frame.rowCount * ROW_HASH_BYTES);
  hashEachRow(frame, (row, digest) => copyInto(digest, hashes, row * ROW_HASH_BYTES));
  return hashes;
}

/** Calls back with the hash of each row in turn, whose bytes are overwritten by the next: where not all are to be kept. */
export function visitRowHashes(frame: Frame, visit: (row: number, hash: DataView) => void): void {
  const bytes = new Uint8Array(ROW_HASH_BYTES);
  const view = new DataView(bytes.buffer);
  hashEachRow(frame, (row, digest) => {
    copyInto(digest, bytes, 0);
    visit(row, view);
  });
}

function hashEachRow(frame: Frame, take: (row: number, digest: string) => void): void {
  const writers = frame.columns.map(valueWriter);
  const row = new RowBytes();
  for (let i = 0; i < frame.rowCount; i++) {
    row.length = 0;
    for (const write of writers) write(row, i);
    // As text of its bytes the digest comes back three times as fast as in a buffer of its own.
    take(i, hash('sha256', row.bytes.subarray(0, row.length), 'binary'));
  }
}

function copyInto(digest: string, target: Uint8Array, at: number): void {
  for (let b = 0; b < ROW_HASH_BYTES; b++) target[at + b] = digest.charCodeAt(b);
}

/** SHA-256 over the row hashes of a partition, which come in ascending order, part after part. */
export class PartitionDigest {
  readonly #hash = createHash('sha256');

  update(sortedHashes: Uint8Array): void {
    this.#hash.update(sortedHashes);
  }

  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}` as Digest;
  }
}

/** Merkle root: the digest over the schema's and, by partition text, every partition's. */
export function digestSnapshot(
  schema: Digest,
  partitions: readonly { readonly text: string; readonly digest: Digest }[],
): Digest {
  return digestJson([schema, partitions.map(({ text, digest }) => [text, digest])]);
}

/** The bytes of the row at hand; grows to the longest row. */
class RowBytes {
  bytes = Buffer.alloc(1024);
  length = 0;
  #view = new DataView(this.bytes.buffer, this.bytes.byteOffset);

  missing(): void {
    this.#reserve(1);
    this.bytes[this.length++] = MISSING;
  }

  number(value: number): void {
    this.#reserve(9);
    this.bytes[this.length] = NUMBER;
    this.#view.setFloat64(this.length + 1, value === 0 ? 0 : value, true);
    this.length += 9;
  }

  time(micros: number): void {
    this.#reserve(9);
    const high = Math.floor(micros / 0x1_0000_0000);
    this.bytes[this.length] = TIME;
    this.#view.setUint32(this.length + 1, micros - high * 0x1_0000_0000, true);
    this.#view.setInt32(this.length + 5, high, true);
    this.length += 9;
  }

  text(utf8: Uint8Array): void {
    this.#reserve(5 + utf8.length);
    this.bytes[this.length] = TEXT;
    this.#view.setUint32(this.length + 1, utf8.length, true);
    this.bytes.set(utf8, this.length + 5);
    this.length += 5 + utf8.length;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const bytes = Buffer.alloc((this.length + count) * 2);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset);
  }
}

function valueWriter(column: Column): (row: RowBytes, i: number) => void {
  switch (column.kind) {
    case 'number':
      return (row, i) => {
        const value = column.values[i] as number;
        if (Number.isNaN(value)) row.missing();
        else row.number(value);
      };
    case 'time':
      return (row, i) => {
        const micros = column.micros[i] as number;
        if (Number.isNaN(micros)) row.missing();
        else row.time(micros);
      };
    case 'category': {
      const levels = column.levels.map((level) => Buffer.from(level));
      return (row, i) => {
        const code = column.codes[i] as number;
        if (code < 0) row.missing();
        else row.text(levels[code] as Buffer);
      };
    }
  }
}

/** Of the given rows, 16 bytes each. */
export function takeRowHashes(rowHashes: Uint8Array, rows: Int32Array): Uint8Array {
  const taken = new Uint8Array(rows.length * 16);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * 16;
    taken.set(rowHashes.subarray(from, from + 16), i * 16);
  }
  return taken;
}
