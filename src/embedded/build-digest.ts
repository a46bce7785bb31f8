import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 in hex over the names and bytes of all code in a build folder, as the build has written it: another digest means other code. */
export function buildDigest(buildFolder: string): string {
  return readFileSync(join(buildFolder, 'digest.txt'), 'utf8');
}
