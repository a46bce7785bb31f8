/** A message of Postgres' wire protocol (version 3): its type's letter, empty for the first of a client. */
export type Message = { readonly type: string; readonly bytes: Buffer };

/** Cuts a stream of bytes into messages, whatever pieces it comes in. */
export class MessageReader {
  #rest = Buffer.alloc(0);
  #isFirst: boolean;

  /** `from`: a client's first message has no type. */
  constructor(from: 'client' | 'server') {
    this.#isFirst = from === 'client';
  }

  *read(piece: Buffer): Generator<Message> {
    this.#rest = Buffer.concat([this.#rest, piece]);
    for (;;) {
      const start = this.#isFirst ? 0 : 1;
      if (this.#rest.length < start + 4) return;
      const end = start + this.#rest.readUInt32BE(start);
      if (this.#rest.length < end) return;
      const bytes = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.#isFirst = false;
      yield { type: bytes.toString('latin1', 0, start), bytes };
    }
  }
}

/** What makes the server act: a simple query, or the end of an extended one. */
export function isStatement({ type }: Message): boolean {
  return type === 'Q' || type === 'S';
}

/** The process that serves the connection, from the message that tells it. */
export function backendPid({ type, bytes }: Message): number | undefined {
  return type === 'K' ? bytes.readUInt32BE(5) : undefined;
}

/** The server has done all it was asked to. */
export function isReady({ type }: Message): boolean {
  return type === 'Z';
}
