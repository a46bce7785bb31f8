import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ElfProgram, readElf } from './elf.ts';
import { LAUNCHER, launcherText } from './launcher.ts';
import { type ArchiveEntry, writeArchive } from './write-archive.ts';

/** All that an executor needs: Node, the worker and a script that starts it. */
export type RuntimeArchive = {
  readonly path: string;
  /** `partita-linux-x86_64-1f2e3d4c5b6a`: the last part is a hash of the content. */
  readonly name: string;
  readonly program: ElfProgram;
};

export type RuntimeOptions = {
  /** A Node binary for the executors; default: the one that runs now. */
  readonly nodePath?: string;
  /** Where the compiled worker lies; default: in this package. */
  readonly workerFolder?: string;
};

/** The worker's files, and what its dependencies read at run time. */
const WORKER_FILES = ['worker', 'task-process', 'task-thread'].flatMap((name) => [
  `${name}.cjs`,
  `${name}.cjs.map`,
]);
const PACKAGE_FILES = ['libsvm-js/package.json', 'libsvm-js/out/asm/libsvm.js'];

/** Content-hash digits in a name: enough to tell builds apart. */
const HASH_DIGITS = 12;

/**
 * The archive in the folder, made when it is not there yet (about 40 MB, some seconds). Its bytes and its name depend on
 * the content only. Throws `Failure('usage')` when the Node binary is none for Linux.
 */
export async function ensureRuntimeArchive(
  folder: string,
  options: RuntimeOptions = {},
): Promise<RuntimeArchive> {
  const nodePath = options.nodePath ?? process.execPath;
  const program = await readElf(nodePath);
  const entries = await runtimeEntries(nodePath, program, options.workerFolder ?? workerFolder());
  const hash = (await hashOf(entries)).slice(0, HASH_DIGITS);
  const name = `partita-linux-${program.machine}-${hash}`;
  const path = join(folder, `${name}.tgz`);
  await mkdir(folder, { recursive: true });
  if (!existsSync(path)) await writeArchive(path, entries);
  return { path, name, program };
}

async function runtimeEntries(
  nodePath: string,
  program: ElfProgram,
  worker: string,
): Promise<readonly ArchiveEntry[]> {
  const { resolve } = createRequire(import.meta.url);
  return [
    { name: LAUNCHER, isProgram: true, content: Buffer.from(launcherText(program)) },
    { name: 'node', isProgram: true, content: { path: nodePath } },
    ...(await Promise.all(
      WORKER_FILES.map(async (name) => fileEntry(name, await readFile(join(worker, name)))),
    )),
    ...(await Promise.all(
      PACKAGE_FILES.map(async (name) =>
        fileEntry(`node_modules/${name}`, await readFile(resolve(name))),
      ),
    )),
  ];
}

function fileEntry(name: string, content: Uint8Array): ArchiveEntry {
  return { name, isProgram: false, content };
}

async function hashOf(entries: readonly ArchiveEntry[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, isProgram, content } of entries) {
    hash.update(JSON.stringify([name, isProgram]));
    if (content instanceof Uint8Array) hash.update(content);
    else for await (const chunk of createReadStream(content.path)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** The build puts the worker beside the compiled sources; who runs from the sources (tests) finds it there too. */
function workerFolder(): string {
  const toDist = import.meta.url.endsWith('.js') ? '../../../../spark' : '../../../../dist/spark';
  return fileURLToPath(new URL(toDist, import.meta.url));
}
