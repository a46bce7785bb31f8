import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { bundlePath } from './bundle-path.ts';

/**
 * Entry point of the build: bundles the workflows once (about 3 s), so that no worker does it at its start and every run
 * can record the bundle's digest.
 */
const workflowsPath = fileURLToPath(new URL('../../workflows/index.js', import.meta.url));
const tracingPath = fileURLToPath(new URL('../../workflows/tracing.js', import.meta.url));
const { code } = await bundleWorkflowCode({
  workflowsPath,
  workflowInterceptorModules: [tracingPath],
  logger: silentLogger(),
});
await mkdir(dirname(bundlePath), { recursive: true });
await writeFile(bundlePath, code);

function silentLogger() {
  const nothing = () => {};
  return {
    log: nothing,
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: console.error,
  };
}
