import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { digestBytes } from '../../frame/digest.ts';
import type { MemberRange } from '../../stores/objects/pack.ts';
import type { Part } from './layout.ts';

/** So much is gathered before it is written. */
const CHUNK_BYTES = 2 ** 22;

/** Adds parts behind what is in a file. */
export class PartWriter {
  readonly #file: FileHandle;
  #written: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  readonly #models = new Map<Digest, MemberRange>();

  /** `end`: how long the file is. */
  constructor(file: FileHandle, end: number) {
    this.#file = file;
    this.#written = end;
  }

  async add(bytes: Uint8Array): Promise<Part> {
    const offset = this.#written + this.#waitingBytes;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= CHUNK_BYTES) await this.#write();
    return { offset, length: bytes.length, digest: digestBytes(bytes) };
  }

  addJson(content: object): Promise<Part> {
    return this.add(Buffer.from(JSON.stringify(content)));
  }

  /** A model that several members share stands there once. Throws `Failure('corrupt-object')` for bytes that are not it. */
  async addModel(digest: Digest, read: () => Promise<Uint8Array>): Promise<MemberRange> {
    const known = this.#models.get(digest);
    if (known !== undefined) return known;
    const { offset, length, digest: found } = await this.add(await read());
    if (found !== digest)
      throw new Failure('corrupt-object', `The stored bytes of model ${digest} were changed.`);
    const place = { offset, length };
    this.#models.set(digest, place);
    return place;
  }

  /** Once it returns, a power cut takes nothing of it. */
  async flush(): Promise<void> {
    await this.#write();
    await this.#file.sync();
  }

  async #write(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (let done = 0; done < bytes.length; ) {
      const left = bytes.length - done;
      const { bytesWritten } = await this.#file.write(bytes, done, left, this.#written);
      done += bytesWritten;
      this.#written += bytesWritten;
    }
  }
}
