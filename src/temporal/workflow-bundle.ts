import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Failure } from '../domain/failure.ts';
import { bundlePath } from './bundle-path.ts';

/** The compiled workflows. Throws `Failure('unsupported')` when they were never built. */
export async function workflowBundle(): Promise<string> {
  try {
    return await readFile(bundlePath, 'utf8');
  } catch (cause) {
    throw new Failure(
      'unsupported',
      `The compiled workflows are missing at ${bundlePath}. Run \`npm run build\`.`,
      { cause },
    );
  }
}

/** What Temporal tells workers of different workflows apart by: the beginning of the digest that runs are recorded with. */
export function workflowVersion(bundle: string): string {
  return createHash('sha256').update(bundle).digest('hex').slice(0, 16);
}
