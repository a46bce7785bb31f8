// Whether node_modules holds what package-lock.json asks for. Compares versions, not times: a checkout touches files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Why the packages have to be installed in this folder, in a few words, or null when it has not.
 * @param {string} root
 * @returns {string | null}
 */
export function installProblem(root) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return 'the packages are not installed';
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(installed);
  const stale = Object.keys(wanted).filter(
    (path) => isRequired(path, wanted[path]) && present[path]?.version !== wanted[path].version,
  );
  if (stale.length === 0) return null;
  return `${stale.length} packages are missing or of another version (${stale[0]} …)`;
}

function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** The first entry is the project itself; optional packages are for other platforms. */
function isRequired(path, entry) {
  return path !== '' && !entry.optional && !entry.devOptional && !entry.link;
}
