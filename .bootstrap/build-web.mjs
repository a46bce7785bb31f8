// Bundles the web application (src/web/app) into dist/web: files that the server hands out as they are. No inline script
// and no inline style, so that the strictest content policy holds.
import { join } from 'node:path';
import { build } from 'vite';

/** Browsers that know `light-dark()`, the newest thing that the application asks for. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5'];

/** @param {string} root */
export async function buildWeb(root) {
  await build({
    configFile: false,
    root: join(root, 'src/web/app'),
    base: '/',
    logLevel: 'warn',
    publicDir: false,
    worker: { format: 'es' },
    build: {
      outDir: join(root, 'dist/web'),
      emptyOutDir: true,
      target: BROWSERS,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // ELK's worker (layout of graphs) is one file of 1.6 MB, loaded only where a graph is drawn.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        checks: { pluginTimings: false },
        // Libraries say where their server code ends; here everything is the browser's.
        onwarn: (warning, tell) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || tell(warning),
      },
    },
  });
}
