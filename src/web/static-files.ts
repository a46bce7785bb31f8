import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { applicationPolicy } from './headers.ts';

const TYPES: { readonly [ending: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** Stands in the built page where its nonce goes (Vite: `html.cspNonce`). */
const NONCE_PLACE = '__CSP_NONCE__';

/** The built web application: the files that were there at the start, and no others. */
export interface StaticFiles {
  /** Null where there is no such file and the path is none of the application's own. */
  answer(path: string): Response | null;
}

/**
 * Serves what the build left in a folder. Names under `assets/` hold a hash of their content and are kept for good; any
 * other path without an ending is a page of the application, which `index.html` shows. No path reaches the file system.
 */
export function openStaticFiles(folder: string): StaticFiles {
  const files = new Map(listFiles(folder).map((name) => [`/${name}`, join(folder, name)]));
  return {
    answer(path) {
      const file = files.get(path);
      if (file !== undefined && path !== '/index.html') return assetResponse(path, file);
      const index = files.get('/index.html');
      const isPage = path === '/index.html' || extname(path) === '';
      return index !== undefined && isPage ? pageResponse(index) : null;
    },
  };
}

function assetResponse(path: string, file: string): Response {
  return new Response(readFileSync(file), {
    headers: {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': path.startsWith('/assets/')
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
    },
  });
}

function pageResponse(file: string): Response {
  const nonce = randomBytes(18).toString('base64');
  return new Response(readFileSync(file, 'utf8').replaceAll(NONCE_PLACE, nonce), {
    headers: {
      'content-type': TYPES['.html'] as string,
      'cache-control': 'no-cache',
      'content-security-policy': applicationPolicy(nonce),
    },
  });
}

function listFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
