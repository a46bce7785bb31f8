import { join } from 'node:path';
import type { Services } from '../../src/operations/services.ts';
import { createWebApp, type WebOptions } from '../../src/web/app.ts';
import { createSessions, type Sessions } from '../../src/web/sessions.ts';
import { openStaticFiles } from '../../src/web/static-files.ts';
import { giveToken, openTokens } from '../../src/web/tokens.ts';
import { fakeServices } from '../cli/fake-services.ts';
import { testFolder } from '../support/test-folder.ts';

/** The server as tests ask it: no socket, the same function from requests to answers. */
export type Web = {
  readonly folder: string;
  readonly sessions: Sessions;
  /** By role. */
  readonly tokens: { readonly [role in 'viewer' | 'editor' | 'admin']: string };
  /** What it told its log. */
  readonly logged: string[];
  /** Sends a request as it is; the host is right unless a header says otherwise. */
  send(path: string, init?: RequestInit): Promise<Response>;
  /** Asks with a token below `/api/v1`; a body becomes JSON. */
  ask(method: string, path: string, how?: Asking): Promise<Response>;
};

export type Asking = {
  readonly role?: 'viewer' | 'editor' | 'admin';
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
};

export const HOST = '127.0.0.1:4747';

export function openWeb(services: Partial<Services> = {}, changes: Partial<WebOptions> = {}): Web {
  const folder = services.stateFolder ?? join(testFolder(), '.partita');
  const tokens = {
    viewer: giveToken(folder, 'vera', 'viewer'),
    editor: giveToken(folder, 'edda', 'editor'),
    admin: giveToken(folder, 'ada', 'admin'),
  };
  const known = openTokens(folder);
  const sessions = createSessions(known, 4747);
  const logged: string[] = [];
  const app = createWebApp({
    services: fakeServices({
      stateFolder: folder,
      audit: { append: () => Promise.resolve(), list: () => Promise.resolve([]) },
      ...services,
    }),
    version: '1.2.3',
    workingFolder: join(folder, '..'),
    hasVariable: () => false,
    maxStreams: 2,
    maxUploadBytes: 1_000_000,
    maxBodyBytes: 100_000,
    site: { hosts: [HOST, 'localhost:4747'] },
    tokens: known,
    sessions,
    files: openStaticFiles(join(folder, 'no-application')),
    log: (line) => void logged.push(line),
    ...changes,
  });
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('host')) headers.set('host', HOST);
    return app.fetch(new Request(`http://${HOST}${path}`, { ...init, headers }));
  };
  return {
    folder,
    sessions,
    tokens,
    logged,
    send,
    ask: (method, path, { role = 'admin', body, headers = {}, signal } = {}) =>
      send(`/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${tokens[role]}`,
          ...(method === 'GET' ? {} : { 'content-type': typeOf(path) }),
          ...headers,
        },
        ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}

function typeOf(path: string): string {
  return path.startsWith('/uploads') ? 'application/octet-stream' : 'application/json';
}

/** The code of a problem, after a look at its form. */
export async function problemCode(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'application/problem+json')
    throw new Error(`${response.status} is no problem: ${await response.text()}`);
  const { code, status } = (await response.json()) as {
    readonly code: string;
    readonly status: number;
  };
  if (status !== response.status) throw new Error(`${code} says ${status}, not ${response.status}`);
  return code;
}
