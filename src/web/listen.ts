import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { Failure } from '../domain/failure.ts';

/** Headers of a request, bytes: more is answered with 431. */
const MAX_HEADER_BYTES = 16_384;
/** How long a request may take to arrive, in milliseconds; a slower one is answered with 408. */
export type Patience = {
  /** Until its headers are there. */
  readonly headersMs: number;
  /** Until all of it is there. */
  readonly requestMs: number;
  /** How often it is looked at. */
  readonly lookMs: number;
};
const PATIENCE: Patience = { headersMs: 10_000, requestMs: 300_000, lookMs: 5_000 };

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
  { headersMs, requestMs, lookMs }: Patience = PATIENCE,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: answer,
    hostname: host,
    serverOptions: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: lookMs,
    },
  });
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
