// Fetches the S3 server that tests keep objects in: moto, a pinned Python package, in an environment of its own. Plain Node
// without packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every package that is installed, its version and the SHA-256 of each of its published files. */
const REQUIREMENTS = join(dirname(fileURLToPath(import.meta.url)), 's3-server.txt');

/**
 * The Python that has the server, from the tools folder, where pip installs it once.
 * Throws an `Error` of one sentence when it is not to be had.
 * @param {import('./s3-server.d.mts').ServerSearch} search
 */
export function obtainS3Server({ toolsFolder, tell }) {
  const digest = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  const home = join(toolsFolder, `s3-server-${digest.slice(0, 12)}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(home)) return python;
  const draft = `${home}.${process.pid}.tmp`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(toolsFolder, { recursive: true });
  try {
    tell('Fetching an S3 server for the tests with pip (about 40 MB, once).');
    call('python3', ['-m', 'venv', draft]);
    const flags = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '--quiet'];
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', ...flags];
    call(join(draft, 'bin', 'python'), [...pip, '-r', REQUIREMENTS]);
    // Whoever was faster has installed the same.
    if (!existsSync(home)) renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return python;
}

function call(program, args) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return;
  const said = status === null ? `${program} can't be run` : stderr.trim().split('\n').at(-1);
  throw new Error(
    `The S3 server of the tests could not be fetched with pip (${said}): install Python with pip and venv.`,
  );
}
