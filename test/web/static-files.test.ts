import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStaticFiles } from '../../src/web/static-files.ts';
import { testFolder } from '../support/test-folder.ts';
import { openWeb } from './ask.ts';

/** A server with a built application as Vite leaves one. */
function built() {
  const folder = testFolder();
  mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
  writeFileSync(
    join(folder, 'web', 'index.html'),
    '<meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" src="/assets/index-3f2a.js"></script>',
  );
  writeFileSync(join(folder, 'web', 'assets', 'index-3f2a.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  return openWeb({}, { files: openStaticFiles(join(folder, 'web')) });
}

describe('the built application', () => {
  it('is kept for good by browsers, where names hold a hash', async () => {
    const { headers } = await built().send('/assets/index-3f2a.js');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it.each(['/', '/runs/0199', '/models/sha256:ab'])('shows its page at %s', async (path) => {
    const response = await built().send(path);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  it('allows its own scripts only, and style elements by a nonce that is new every time', async () => {
    const web = built();
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const response = await web.send('/');
        const policy = response.headers.get('content-security-policy') ?? '';
        expect(policy).toContain("script-src 'self';");
        expect(policy).not.toContain('unsafe');
        const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
        expect(await response.text()).toContain(`nonce="${nonce}"`);
        return nonce;
      }),
    );
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..\\secret.txt',
    '/assets/none.js',
    '/index.html%00.js',
  ])('holds nothing at %s', async (path) => {
    const response = await built().send(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret,');
  });

  it('does not answer for the API', async () => {
    expect((await built().send('/api/v1/nowhere')).status).toBe(404);
  });
});
