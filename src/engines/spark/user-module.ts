import { createHash } from 'node:crypto';
import { Failure } from '../../domain/failure.ts';
import type { Artifact } from './connect/artifacts.ts';

/** A user's module as one file for the executors, with everything that it imports inside. */
export type ShippedModule = {
  /** How a command names it. */
  readonly fileName: string;
  readonly artifact: Artifact;
};

/** Bundles an ESM file. The same sources give the same name. Throws `Failure('invalid-data')` when it can't be read. */
export async function bundleModule(path: string): Promise<ShippedModule> {
  // Loaded where a module is shipped only: it starts a process.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    logLevel: 'silent',
    // Stacks name the user's files; what they contain stays here.
    sourcemap: 'inline',
    sourcesContent: false,
    keepNames: true,
  }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('invalid-data', `"${path}" can't be bundled for the executors: ${why}`, {
      cause,
    });
  });
  const content = outputFiles[0]?.contents ?? new Uint8Array();
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 24);
  const fileName = `module-${hash}.mjs`;
  return { fileName, artifact: { name: `files/${fileName}`, content } };
}
