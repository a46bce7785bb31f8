import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_ROOT } from '../../src/web/contract/api.ts';
import { serve } from '../../src/web/serve.ts';
import { giveToken, openTokens, takeToken } from '../../src/web/tokens.ts';
import { fakeServices, stateOf } from '../cli/fake-services.ts';
import { testFolder } from '../support/test-folder.ts';
import { HOST, openWeb, problemCode, type Web } from './ask.ts';

type Described = { readonly [path: string]: { readonly [method: string]: Operation } };
type Operation = { readonly security: readonly object[] };

/** Every endpoint of the OpenAPI document with its parameters filled in. */
async function endpointsOf(web: Web) {
  const described = await web.send(`${API_ROOT}/openapi.json`);
  const { paths } = (await described.json()) as { readonly paths: Described };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path: path.replace(API_ROOT, '').replace(/\{\w+\}/g, 'a'.repeat(32)),
      isOpen: security.length === 0,
    })),
  );
}

describe('whoever asks', () => {
  it('is refused without a token everywhere but for the health and signing in', async () => {
    const web = openWeb();
    const endpoints = await endpointsOf(web);
    const open = endpoints.filter(({ isOpen }) => isOpen);
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /health',
      'POST /session',
    ]);
    expect(endpoints.length).toBeGreaterThan(25);
    for (const { method, path, isOpen } of endpoints) {
      const { status } = await web.ask(method, path, { headers: { authorization: '' } });
      expect(status === 401, `${method} ${path}`).toBe(!isOpen);
    }
  });

  it.each(['Bearer wrong', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer', 'wrong'])(
    'is refused with the authorization "%s"',
    async (authorization) => {
      const response = await openWeb().ask('GET', '/session', { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(await problemCode(response)).toBe('unauthenticated');
    },
  );

  it('may do what the role allows and nothing more', async () => {
    const web = openWeb({ control: () => Promise.resolve(stateOf()) });
    const pause = (role: 'viewer' | 'editor') => web.ask('POST', '/runs/r/pause', { role });
    expect((await pause('viewer')).status).toBe(403);
    expect((await pause('editor')).status).toBe(200);
    expect((await web.ask('GET', '/session', { role: 'viewer' })).status).toBe(200);
  });

  it('is out as soon as the token is taken back', async () => {
    const web = openWeb();
    const signedIn = await web.ask('POST', '/session', { body: { token: web.tokens.viewer } });
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const session = () => web.send(`${API_ROOT}/session`, { headers: { cookie } });
    expect(await (await session()).json()).toEqual({ actor: 'vera', role: 'viewer' });
    takeToken(web.folder, 'vera');
    expect((await session()).status).toBe(401);
  });

  it('signs in once with the printed link, and gets a cookie that scripts and other sites do not', async () => {
    const web = openWeb();
    const path = `/login?code=${web.sessions.newCode()}`;
    const first = await web.send(path);
    expect([first.status, first.headers.get('location')]).toEqual([303, '/']);
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(openTokens(web.folder).signingKey);
    const second = await web.send(path);
    expect([second.status, second.headers.get('set-cookie')]).toEqual([403, null]);
    expect((await web.send('/login?code=')).status).toBe(403);
  });

  it('can forge no cookie', async () => {
    const web = openWeb();
    const forged = [
      `partita_4747=ada ${Date.now() + 1e9}`,
      `partita_4747=${encodeURIComponent(`ada ${Date.now() + 1e9}.${'A'.repeat(43)}=`)}`,
    ];
    for (const cookie of forged) {
      const { status } = await web.send(`${API_ROOT}/session`, { headers: { cookie } });
      expect(status).toBe(401);
    }
  });
});

describe('a page of another site', () => {
  const EVIL = [
    'evil.example',
    '127.0.0.1.evil.example',
    '',
    '127.0.0.1:1',
    '127.0.0.1',
    '[::1]:4747',
  ];

  it.each(EVIL)('reaches nothing under the host "%s"', async (host) => {
    const web = openWeb();
    for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS']) {
      const response = await web.ask(method, '/session', { headers: { host } });
      expect(response.status).toBe(421);
    }
    expect((await web.send('/', { headers: { host } })).status).toBe(421);
  });

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: `http://${HOST}.evil.example` },
    { origin: 'http://127.0.0.1:8080' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('changes nothing with %o, even with a token', async (headers) => {
    const response = await openWeb().ask('POST', '/runs/r/pause', { headers });
    expect(await problemCode(response)).toBe('cross-site');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'changes nothing with a body of type "%s"',
    async (type) => {
      const headers = { 'content-type': type };
      const response = await openWeb().ask('POST', '/runs/r/pause', { headers });
      expect(await problemCode(response)).toBe('not-json');
    },
  );

  it('is told from our own, which may', async () => {
    const web = openWeb({ control: () => Promise.resolve(stateOf()) });
    const headers = { origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' };
    expect((await web.ask('POST', '/runs/r/pause', { headers })).status).toBe(200);
  });
});

describe('every answer', () => {
  it('forbids guessing, framing and scripts from elsewhere, whatever it is', async () => {
    const web = openWeb();
    for (const path of ['/', '/login', '/nowhere', `${API_ROOT}/health`, `${API_ROOT}/docs`]) {
      const { headers } = await web.send(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-eval|unsafe-inline|\*/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('holds names from requests as text only', async () => {
    const response = await openWeb().ask('GET', '/<img src=x onerror=alert(1)>');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('tells nothing of what nobody expected; the log has it under the same id', async () => {
    const broken = () => Promise.reject(new Error('postgres://user:hunter2@db/x is gone'));
    const web = openWeb({ runs: broken });
    const response = await web.ask('GET', '/runs');
    const { detail, code } = (await response.json()) as { detail: string; code: string };
    expect([response.status, code]).toEqual([500, 'unexpected']);
    expect(detail).not.toContain('hunter2');
    expect(web.logged.join()).toContain(detail.split(' ').at(-1)?.replace('.', ''));
    expect(web.logged.join()).not.toContain('hunter2');
  });

  it('refuses a body that is too large, told or not', async () => {
    const web = openWeb();
    const token = 'x'.repeat(200_000);
    expect((await web.ask('POST', '/session', { body: { token } })).status).toBe(413);
  });
});

describe('the server', () => {
  it('keeps tokens in files that only their owner reads, and given ones as digests', () => {
    const folder = join(testFolder(), '.partita');
    const token = giveToken(folder, 'ann', 'viewer');
    expect(openTokens(folder).actorOf(token)).toEqual({ name: 'ann', role: 'viewer' });
    for (const name of ['token', 'tokens.json'])
      expect(statSync(join(folder, 'web', name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'web')).mode & 0o777).toBe(0o700);
  });

  it.each([
    [[] as const, /nobody has a token/],
    [['ann'] as const, /--allow-host/],
  ])('does not listen where others reach it with tokens of %o and no name', async (names, why) => {
    const stateFolder = join(testFolder(), '.partita');
    for (const name of names) giveToken(stateFolder, name, 'viewer');
    const serving = serve({
      services: fakeServices({ stateFolder }),
      workingFolder: stateFolder,
      version: '1',
      hasVariable: () => false,
      host: '0.0.0.0',
      publicHosts: [],
      log: () => undefined,
    });
    await expect(serving).rejects.toThrow(why);
  });
});
