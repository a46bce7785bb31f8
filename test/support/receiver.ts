import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export type Received = {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
};

/** A real HTTP server on loopback that keeps what it is sent; on one port, however often it goes down and comes back. */
export class Receiver {
  readonly received: Received[] = [];
  /** What it answers with. */
  status = 201;
  /** To who shows this. */
  says: (authorization: string | undefined) => string = () => 'so it is';
  #port = 0;
  #server: Server | undefined;
  #changed: () => void = () => undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#take(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path, headers } = request;
    const body = await text(request);
    this.received.push({ path, authorization: headers.authorization, body });
    response.writeHead(this.status).end(this.says(headers.authorization));
    this.#changed();
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** Resolves once it has been sent so much. */
  async until(isEnough: (received: readonly Received[]) => boolean): Promise<void> {
    while (!isEnough(this.received))
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
  }
}
