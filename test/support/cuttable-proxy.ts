import { connect, createServer, type Socket } from 'node:net';

export type CuttableProxy = {
  readonly port: number;
  /** Connections that were made so far. */
  readonly connectionCount: () => number;
  /** Breaks every connection as a failing network does. */
  readonly cut: () => void;
  /** The same to every connection once clients have sent so many bytes from now on; `Infinity`: to none. */
  readonly cutAfter: (bytes: number) => void;
  readonly close: () => Promise<void>;
};

/** A port of loopback that leads to another one, over connections that a test can break. */
export async function startCuttableProxy(targetPort: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  let allowance = Number.POSITIVE_INFINITY;
  const server = createServer((client) => {
    connectionCount += 1;
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      // A broken connection is what this is for.
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', ({ length }) => {
      allowance -= length;
      if (allowance < 0) client.destroy();
    });
    client.pipe(target).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connectionCount: () => connectionCount,
    cut,
    cutAfter: (bytes) => {
      allowance = bytes;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
