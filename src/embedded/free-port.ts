import { createServer, type Server } from 'node:net';

/** Distinct loopback ports that nobody listens on at the moment; `preferred` ones are kept where they are free. */
export async function freePorts(
  count: number,
  preferred: readonly number[] = [],
): Promise<readonly number[]> {
  const held: Server[] = [];
  try {
    for (let index = 0; index < count; index++)
      held.push(await holdPort(preferred[index] ?? 0).catch(() => holdPort(0)));
    return held.map(portOf);
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
}

/** Listens on the port, so that nobody else is given it meanwhile; 0 asks the system for any. */
function holdPort(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP listener.');
  return address.port;
}
