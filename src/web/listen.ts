import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { Failure } from '../domain/failure.ts';

/** Headers of a request, bytes: more is answered with 431. */
const MAX_HEADER_BYTES = 16_384;
/** Slower requests are answered with 408, milliseconds. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 300_000;

export type Listening = {
  readonly port: number;
  /** Ends what is open, streams included. */
  close(): Promise<void>;
};

/** Takes a port before anything is served: the rest needs to know it. Throws `Failure('usage')` for one that is taken. */
export async function listen(
  host: string,
  port: number,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: answer,
    hostname: host,
    serverOptions: { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_MS },
  });
  if ('headersTimeout' in server) server.headersTimeout = HEADERS_MS;
  await opened(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function opened(server: ServerType, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new Failure(
          'usage',
          `Nothing can listen at ${host}:${port} (${cause.code}): choose another --port or --host.`,
          { cause },
        ),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}
