import type { Socket } from 'node:net';
import { ARROW_END } from '../../../frame/arrow-message.ts';
import { int, send } from './wire.ts';

const ARROW_STREAM_FOLLOWS = -6;

/** The one Arrow stream of a Spark task; without a batch there is none. */
export class OutputStream {
  readonly #socket: Socket;
  #isOpen = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The schema goes before the first batch. */
  async write(schema: Uint8Array, batch: Uint8Array): Promise<void> {
    if (!this.#isOpen) {
      this.#isOpen = true;
      await send(this.#socket, int(ARROW_STREAM_FOLLOWS), schema);
    }
    await send(this.#socket, batch);
  }

  async end(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await send(this.#socket, ARROW_END);
  }
}
