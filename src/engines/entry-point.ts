import { fileURLToPath } from 'node:url';

/**
 * The compiled file that a process or thread starts from. Node runs no TypeScript there, so a caller that runs from
 * the sources (tests) is sent to the same file in `dist`.
 */
export function entryPoint(name: 'local/pool-process' | 'thread/task-thread-main'): string {
  const here = new URL(`./${name}.js`, import.meta.url);
  if (import.meta.url.endsWith('.js')) return fileURLToPath(here);
  return fileURLToPath(new URL(`../../dist/src/engines/${name}.js`, import.meta.url));
}
