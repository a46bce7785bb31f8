import { crc32 } from 'node:zlib';
import { Failure } from '../domain/failure.ts';
import { areFinite } from '../frame/frame.ts';

/** `PM` and the version of this frame: magic, algorithm, content, checksum. */
const MAGIC = 0x014d50;
const HEADER_BYTES = 4;
const CHECKSUM_BYTES = 4;
const NAME_BYTES = 64;

/** Writes the parts of a model one after the other, little-endian. */
export class ModelWriter {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  private size = 0;

  constructor(algorithm: string, version: number) {
    this.integer(MAGIC);
    const name = Buffer.from(algorithm, 'latin1');
    this.byte(name.length);
    this.array(name);
    this.byte(version);
  }

  byte(value: number): void {
    const at = this.claim(1);
    this.view.setUint8(at, value);
  }

  integer(value: number): void {
    const at = this.claim(4);
    this.view.setUint32(at, value, true);
  }

  double(value: number): void {
    const at = this.claim(8);
    this.view.setFloat64(at, value, true);
  }

  /** The elements' bytes as they stand in memory (every platform of ours is little-endian); the length is not written. */
  array(values: Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array): void {
    const at = this.claim(values.byteLength);
    const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.bytes.set(raw, at);
  }

  /** Everything written, with a checksum over it at the end. */
  finish(): Uint8Array {
    this.integer(crc32(this.bytes.subarray(0, this.size)));
    return this.bytes.slice(0, this.size);
  }

  private claim(count: number): number {
    const at = this.size;
    this.size += count;
    if (this.size > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.size, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }
}

/**
 * Reads what `ModelWriter` wrote. Every read checks the bytes that are left before it takes memory, so a hostile length
 * costs nothing. Throws `Failure('corrupt-object')`.
 */
export class ModelReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly algorithm: string;
  /** Of the format that they were written in. */
  readonly version: number;
  private at = HEADER_BYTES;
  private readonly end: number;

  /** `oldest`: the first format that is read, too. */
  constructor(bytes: Uint8Array, algorithm: string, version: number, oldest = version) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.algorithm = algorithm;
    this.end = bytes.length - CHECKSUM_BYTES;
    const name = algorithmOf(bytes);
    if (name !== algorithm) throw this.corrupt(`they belong to "${name}"`);
    if (crc32(bytes.subarray(0, this.end)) !== this.view.getUint32(this.end, true))
      throw this.corrupt('their checksum differs');
    this.at += 1 + name.length;
    this.version = this.byte();
    if (this.version > version || this.version < oldest)
      throw this.corrupt(`they have format ${this.version} where this version reads ${version}`);
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }

  integer(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A whole number from `low` to `high`. */
  integerWithin(low: number, high: number): number {
    const value = this.integer();
    if (value < low || value > high)
      throw this.corrupt(`a count is ${value}, not ${low} to ${high}`);
    return value;
  }

  /** A finite number. */
  double(): number {
    const value = this.view.getFloat64(this.take(8), true);
    if (!Number.isFinite(value)) throw this.corrupt(`a number is ${value}`);
    return value;
  }

  /** Finite numbers. */
  doubles(count: number): Float64Array {
    const values = new Float64Array(this.raw(count, 8));
    if (!areFinite(values)) throw this.corrupt('a number is not finite');
    return values;
  }

  /** Finite single-precision numbers. */
  singles(count: number): Float32Array {
    const values = new Float32Array(this.raw(count, 4));
    if (!areFinite(values)) throw this.corrupt('a number is not finite');
    return values;
  }

  octets(count: number): Uint8Array {
    return new Uint8Array(this.raw(count, 1));
  }

  words(count: number): Uint16Array {
    return new Uint16Array(this.raw(count, 2));
  }

  integers(count: number): Int32Array {
    return new Int32Array(this.raw(count, 4));
  }

  /** Ends the reading: nothing may be left. */
  finish(): void {
    if (this.at !== this.end) throw this.corrupt(`${this.end - this.at} bytes are left over`);
  }

  corrupt(because: string): Failure {
    return new Failure(
      'corrupt-object',
      `The bytes are no ${this.algorithm} model (${because}); train it again or fetch them anew.`,
    );
  }

  private raw(count: number, width: number): ArrayBuffer {
    const at = this.take(count * width);
    const copy = new Uint8Array(count * width);
    copy.set(this.bytes.subarray(at, at + copy.length));
    return copy.buffer;
  }

  private take(count: number): number {
    const at = this.at;
    if (count > this.end - at) throw this.corrupt(`they end after ${this.bytes.length} bytes`);
    this.at = at + count;
    return at;
  }
}

/** The algorithm that model bytes name. Throws `Failure('corrupt-object')` where they are no model at all. */
export function algorithmOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length > HEADER_BYTES ? view.getUint8(HEADER_BYTES) : 0;
  const isModel =
    length > 0 &&
    length <= NAME_BYTES &&
    bytes.length > HEADER_BYTES + 1 + length + CHECKSUM_BYTES &&
    view.getUint32(0, true) === MAGIC;
  if (!isModel)
    throw new Failure('corrupt-object', `${bytes.length} bytes hold no model; fetch them anew.`);
  return Buffer.from(bytes.subarray(HEADER_BYTES + 1, HEADER_BYTES + 1 + length)).toString(
    'latin1',
  );
}
