// Finds or fetches Apache Spark, which the Spark tests start servers of: the programs and jars of the pinned `pyspark`
// distribution. Nothing is installed into Python, and no Python runs on the servers. Plain Node without packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The newest of each minor version that is spoken to: source distributions on the Python package index, about 450 MB each. */
export const SPARK_RELEASES = [
  { version: '4.0.5', sha256: 'a0d44b0e7faf0458ad83b7aa664e7ed8b96beed8a55d66ce3b0dfac2309dfca6' },
  { version: '4.1.4', sha256: 'bcbd5e18690cf79d438e97210ad06fb8d451a251bb77becc2b0418868d2acd73' },
  { version: '4.2.1', sha256: 'd79b7c8ee41e66a9202fe6f600ca90b931ca571ae9dbdf31c58d2672e5102da0' },
  { version: '4.3.0', sha256: 'e8c517948eff7088a7aa07449aa8eafa4a15a8d50319de2525a6fd26622476c6' },
];
/** The one that `npm test` starts. */
const [, SPARK_RELEASE] = SPARK_RELEASES;
const OLDEST_JAVA = 17;

/**
 * The home of a Spark that has Connect: PARTITA_SPARK_HOME or SPARK_HOME, else the pinned release in the tools folder,
 * unpacked from the user's cache (PARTITA_CACHE, else `partita` in the XDG cache), which pip fills once.
 * Throws an `Error` of one sentence when there is none to be had.
 * @param {import('./spark-home.d.mts').SparkSearch} search
 */
export async function obtainSpark({ toolsFolder, environment, tell, release = SPARK_RELEASE }) {
  const named = namedHome(environment);
  if (named !== undefined) return named;
  const home = join(toolsFolder, `spark-${release.version}`);
  if (existsSync(home)) return home;
  const archive = await obtainArchive(environment, release, tell);
  const draft = `${home}.${process.pid}.tmp`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    unpackInto(archive, release.version, draft);
    // Whoever was faster has unpacked the same bytes.
    if (!existsSync(home)) renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return home;
}

/**
 * The `java` that Spark will be run with. Throws an `Error` of one sentence when there is none or it is too old.
 * @param {NodeJS.ProcessEnv} environment
 */
export function findJava(environment) {
  const home = environment.JAVA_HOME;
  const java = home ? join(home, 'bin', 'java') : 'java';
  const { status, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8', env: environment });
  const way = `install Java ${OLDEST_JAVA} or later, or set JAVA_HOME to it`;
  if (status !== 0) throw new Error(`Spark needs Java, and \`${java}\` can't be run: ${way}.`);
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (major < OLDEST_JAVA)
    throw new Error(
      `Spark needs Java ${OLDEST_JAVA}, and \`${java}\` is version ${major}: ${way}.`,
    );
  return java;
}

/** An installation that the user names replaces the pinned one. */
function namedHome(environment) {
  for (const variable of ['PARTITA_SPARK_HOME', 'SPARK_HOME']) {
    const home = environment[variable];
    if (!home) continue;
    const jars = join(home, 'jars');
    const hasConnect =
      existsSync(join(home, 'bin', 'spark-submit')) &&
      existsSync(jars) &&
      readdirSync(jars).some((name) => /^spark-connect_2\.13-4\..*\.jar$/.test(name));
    if (!hasConnect)
      throw new Error(
        `${variable} is "${home}", which holds no Spark 4 with Connect (bin/spark-submit and jars/spark-connect_2.13-4*.jar): set it to one that does, or unset it to have Spark fetched.`,
      );
    return home;
  }
  return undefined;
}

function cacheFolder({ PARTITA_CACHE, XDG_CACHE_HOME }) {
  return PARTITA_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'partita');
}

/** The checked archive in the cache, where other clones on this machine find it. */
async function obtainArchive(environment, release, tell) {
  const archive = join(cacheFolder(environment), `pyspark-${release.version}.tar.gz`);
  if (existsSync(archive)) {
    await checkArchive(archive, release);
    return archive;
  }
  const draft = `${archive}.${process.pid}.tmp`;
  mkdirSync(draft, { recursive: true });
  try {
    tell(
      `Fetching Apache Spark ${release.version} for the Spark tests with pip (about 450 MB, once).`,
    );
    downloadInto(draft, release, environment);
    const fetched = join(draft, `pyspark-${release.version}.tar.gz`);
    await checkArchive(fetched, release);
    renameSync(fetched, archive);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return archive;
}

/** With the hash among its requirements pip runs nothing of the archive before it has compared. */
function downloadInto(folder, { version, sha256 }, env) {
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, `pyspark==${version} --hash=sha256:${sha256}\n`);
  const flags = ['--no-deps', '--no-binary', 'pyspark', '--require-hashes', '--quiet'];
  const args = ['-m', 'pip', 'download', ...flags, '--dest', folder, '-r', requirements];
  let failed = 'python3 is not installed';
  for (const python of ['python3', 'python']) {
    const { status, stderr } = spawnSync(python, args, { encoding: 'utf8', env });
    if (status === 0) return;
    if (status !== null) failed = stderr.trim().split('\n').at(-1);
  }
  throw new Error(
    `Apache Spark could not be fetched with pip (${failed}): install Python with pip, or set PARTITA_SPARK_HOME to a Spark 4 on this machine.`,
  );
}

async function checkArchive(path, { sha256 }) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const actual = hash.digest('hex');
  if (actual !== sha256)
    throw new Error(
      `${path} is not the published one: expected SHA-256 ${sha256}, got ${actual}. Delete it to have it fetched again.`,
    );
}

/** The distribution keeps a whole Spark home, but for Python's part, in its folder `deps`. */
function unpackInto(archive, version, folder) {
  const wanted = ['bin', 'jars'].map((name) => `pyspark-${version}/deps/${name}`);
  const args = ['-xzf', archive, '-C', folder, '--strip-components=2', ...wanted];
  const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${archive} can't be unpacked: ${stderr ?? 'tar is missing'}.`);
}
