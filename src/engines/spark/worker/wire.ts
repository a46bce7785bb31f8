import type { Socket } from 'node:net';
import {
  ARROW_HEAD_BYTES,
  type ArrowMessage,
  bodyLengthOf,
  metadataLengthOf,
} from '../../../frame/arrow-message.ts';

/** The other side has closed the connection: a task that was cancelled, a LIMIT that has its rows. Nothing to report. */
export class ConnectionGone extends Error {
  override readonly name = 'ConnectionGone';
}

/** Bytes that may wait to be read before the sender is held up. */
const HIGH_WATER_BYTES = 8 * 2 ** 20;

/** Integers of Java's DataInput: big endian. */
export interface WireSource {
  bytes(count: number): Promise<Uint8Array>;
}

export async function readInt(source: WireSource): Promise<number> {
  return viewOf(await source.bytes(4)).getInt32(0);
}

export async function readLong(source: WireSource): Promise<bigint> {
  return viewOf(await source.bytes(8)).getBigInt64(0);
}

export async function readBoolean(source: WireSource): Promise<boolean> {
  return (await source.bytes(1))[0] !== 0;
}

export async function readBlob(source: WireSource): Promise<Uint8Array> {
  return source.bytes(await readInt(source));
}

export async function readText(source: WireSource): Promise<string> {
  return Buffer.from(await readBlob(source)).toString('utf8');
}

/** Reads exactly as many bytes as it is asked for, each time into a buffer of its own, which is aligned. */
export class SocketReader implements WireSource {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #waiting = 0;
  #gone: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#waiting += chunk.length;
      if (this.#waiting > HIGH_WATER_BYTES) socket.pause();
      this.#wake();
    });
    const leave = (cause?: Error) => {
      this.#gone ??= new ConnectionGone('The connection was closed.', { cause });
      this.#wake();
    };
    socket.on('end', () => leave()).on('close', () => leave());
    socket.on('error', leave);
  }

  /** Throws `ConnectionGone` when the connection ends before. */
  async bytes(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    let done = 0;
    while (done < count) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) {
        await this.#more();
        continue;
      }
      const taken = chunk.subarray(0, count - done);
      bytes.set(taken, done);
      done += taken.length;
      this.#waiting -= taken.length;
      if (taken.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(taken.length);
    }
    if (this.#socket.isPaused() && this.#waiting < HIGH_WATER_BYTES) this.#socket.resume();
    return bytes;
  }

  async #more(): Promise<void> {
    if (this.#gone !== undefined) throw this.#gone;
    if (this.#socket.isPaused()) this.#socket.resume();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Reads from bytes that are here already. */
export class BytesReader implements WireSource {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async bytes(count: number): Promise<Uint8Array> {
    if (this.#at + count > this.#bytes.length)
      throw new RangeError(`${count} bytes are wanted at ${this.#at} of ${this.#bytes.length}.`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

/** The next frame of an Arrow stream, `undefined` at its end; not a byte beyond is read. */
export async function readArrowMessage(source: WireSource): Promise<ArrowMessage | undefined> {
  const head = await source.bytes(ARROW_HEAD_BYTES);
  const length = metadataLengthOf(head);
  if (length === 0) return undefined;
  const metadata = await source.bytes(length);
  return { head, metadata, body: await source.bytes(bodyLengthOf(metadata)) };
}

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(Math.trunc(value)));
  return bytes;
}

export function blob(bytes: Uint8Array): Buffer {
  return Buffer.concat([int(bytes.length), bytes]);
}

export function text(value: string): Buffer {
  return blob(Buffer.from(value));
}

/** Resolves when the other side keeps up. Throws `ConnectionGone` when it is gone. */
export async function send(socket: Socket, ...parts: readonly Uint8Array[]): Promise<void> {
  let hasRoom = true;
  socket.cork();
  for (const part of parts) hasRoom = socket.write(part);
  socket.uncork();
  if (socket.destroyed) throw new ConnectionGone('The connection was closed.');
  if (hasRoom) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (gone?: Error) => {
      socket.off('drain', onDrain).off('close', onClose);
      if (gone === undefined) resolve();
      else reject(gone);
    };
    const onDrain = () => settle();
    const onClose = () => settle(new ConnectionGone('The connection was closed.'));
    socket.once('drain', onDrain).once('close', onClose);
  });
}

export async function sendArrowMessage(
  socket: Socket,
  { head, metadata, body }: ArrowMessage,
): Promise<void> {
  await send(socket, head, metadata, body);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
