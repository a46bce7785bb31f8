import { fileURLToPath } from 'node:url';

/** Made by the build, each of one file: loading hundreds would take most of a second of every thread's start. */
const BUNDLES = { pool: 'local/pool.cjs', thread: 'spark/task-thread.cjs' } as const;

/** The compiled file that the pool's process or a task thread starts from; threads on Spark start from the same. */
export function entryPoint(name: keyof typeof BUNDLES): string {
  const isCompiled = import.meta.url.endsWith('.js');
  const dist = new URL(isCompiled ? '../../' : '../../dist/', import.meta.url);
  return fileURLToPath(new URL(BUNDLES[name], dist));
}
