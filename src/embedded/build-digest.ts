import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * SHA-256 in hex over the names and bytes of all code in a build folder, but for what only browsers run: another digest means
 * other code. Costs about 10 ms.
 */
export function buildDigest(buildFolder: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(buildFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|json|wasm)$/.test(name) && !name.startsWith(`web${sep}`))
    .sort();
  for (const name of names) {
    const bytes = readFileSync(join(buildFolder, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}
