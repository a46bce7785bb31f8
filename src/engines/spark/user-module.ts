import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Artifact } from './connect/artifacts.ts';

/** A user's module as a file for the executors. */
export type ShippedModule = {
  /** How a command names it. */
  readonly fileName: string;
  readonly artifact: Artifact;
};

/** An ESM file that needs no other, named by its content. */
export async function shipModule(path: string): Promise<ShippedModule> {
  const content = await readFile(path);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 24);
  const fileName = `module-${hash}.mjs`;
  return { fileName, artifact: { name: `files/${fileName}`, content } };
}
