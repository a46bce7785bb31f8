import { join } from 'node:path';
import { Failure, isFailure } from '../domain/failure.ts';
import { packageRoot } from '../embedded/package-root.ts';
import type { Services } from '../operations/services.ts';
import { createWebApp } from './app.ts';
import { type Listening, listen } from './listen.ts';
import { createSessions } from './sessions.ts';
import { openStaticFiles } from './static-files.ts';
import { openTokens } from './tokens.ts';

/** Where the server listens when nobody says so and nobody else does. */
export const USUAL_PORT = 4747;

export type ServeRequest = {
  readonly services: Services;
  /** Folder that file sources are read from. */
  readonly workingFolder: string;
  readonly version: string;
  readonly hasVariable: (name: string) => boolean;
  /** An address of this machine. */
  readonly host: string;
  /** Left out: the usual one, or any that is free. */
  readonly port?: number | undefined;
  /** Names under which others reach it, `host` or `host:port`, as a browser writes them. */
  readonly publicHosts: readonly string[];
  readonly log: (line: string) => void;
};

export type Serving = {
  /** `http://127.0.0.1:4747`. */
  readonly address: string;
  /** Signs the owner in, once. */
  readonly loginLink: string;
  close(): Promise<void>;
};

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const LIMITS = {
  maxBodyBytes: 4 * 2 ** 20,
  maxUploadBytes: 2 ** 30,
  maxStreams: 64,
};

/**
 * Serves API and application until it is closed. Throws `Failure('usage')` for an address that others can reach while
 * nobody has a token, or without a name to be asked by.
 */
export async function serve(request: ServeRequest): Promise<Serving> {
  const { services, workingFolder, version, hasVariable, host, log } = request;
  const tokens = openTokens(services.stateFolder);
  checkReachable(request, tokens.areConfigured);
  // The port is taken first: names and cookies are made with it.
  let answer: (request: Request) => Response | Promise<Response> = () =>
    new Response(null, { status: 503 });
  const listening = await listenSomewhere(request, (asked) => answer(asked));
  const { port } = listening;
  const sessions = createSessions(tokens, port);
  const app = createWebApp({
    services,
    workingFolder,
    version,
    hasVariable,
    log,
    ...LIMITS,
    tokens,
    sessions,
    site: { hosts: hostsOf(request, port) },
    files: openStaticFiles(join(packageRoot(), 'dist', 'web')),
  });
  answer = (asked) => app.fetch(asked);
  const address = `http://${nameOf(host)}:${port}`;
  return {
    address,
    loginLink: `${address}/login?code=${sessions.newCode()}`,
    close: () => listening.close(),
  };
}

function checkReachable({ host, publicHosts }: ServeRequest, areConfigured: boolean): void {
  if (LOOPBACK.has(host)) return;
  if (!areConfigured)
    throw new Failure(
      'usage',
      `Others could reach ${host}, and nobody has a token: give one first with \`partita token NAME --role viewer\`, or leave out --host.`,
    );
  if (publicHosts.length === 0)
    throw new Failure(
      'usage',
      `A server at ${host} has to know the name by which browsers ask it: add --allow-host NAME.`,
    );
}

/** Exactly the names that are asked for: any other name for this machine could be a foreign page's. */
function hostsOf({ host, publicHosts }: ServeRequest, port: number): readonly string[] {
  const own = LOOPBACK.has(host) ? [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`] : [];
  return [...own, ...publicHosts.map((name) => name.toLowerCase())];
}

async function listenSomewhere(
  { host, port }: ServeRequest,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  if (port !== undefined) return listen(host, port, answer);
  try {
    return await listen(host, USUAL_PORT, answer);
  } catch (error) {
    if (!isFailure(error)) throw error;
    return listen(host, 0, answer);
  }
}

function nameOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
