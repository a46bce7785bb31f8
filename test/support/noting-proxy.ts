import { createServer, request } from 'node:http';

/** What somebody asked of the server behind a proxy. */
export type Noted = {
  readonly method: string;
  readonly path: string;
  /** Of S3: what is copied instead of sent. */
  readonly copySource: string | undefined;
};

export type NotingProxy = {
  readonly port: number;
  readonly noted: readonly Noted[];
  readonly close: () => Promise<void>;
};

/** A port of loopback that leads to an HTTP server on another one, and notes every request. */
export async function startNotingProxy(targetPort: number): Promise<NotingProxy> {
  const noted: Noted[] = [];
  const server = createServer((asked, answer) => {
    const { method = '', url: path = '', headers } = asked;
    noted.push({ method, path, copySource: headers['x-amz-copy-source']?.toString() });
    const target = { host: '127.0.0.1', port: targetPort, method, path, headers };
    const onward = request(target, (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    noted,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
