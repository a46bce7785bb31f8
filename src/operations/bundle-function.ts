import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Message, Plugin } from 'esbuild';
import { Failure } from '../domain/failure.ts';

/**
 * A user's TypeScript file as one ESM file with everything that it imports inside, in `folder`, named by its content.
 * Stacks name the user's own files and lines. Throws `Failure('invalid-spec')` when it is not there or can't be compiled.
 */
export async function bundleFunction(path: string, folder: string): Promise<string> {
  await access(path).catch((cause: unknown) => {
    throw new Failure('invalid-spec', `\`map.function\`: there is no file ${path}.`, { cause });
  });
  // Loaded where a function is bundled only: it starts a process.
  const { build } = await import('esbuild');
  const home = dirname(path);
  const { outputFiles } = await build({
    entryPoints: [path],
    absWorkingDir: home,
    outfile: join(home, 'function.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    logLevel: 'silent',
    plugins: [partitaItself],
    sourcemap: 'inline',
    sourcesContent: false,
    sourceRoot: pathToFileURL(`${home}/`).href,
    keepNames: true,
  }).catch((cause: unknown) => {
    throw new Failure('invalid-spec', `\`map.function\`: ${bundleProblem(cause, path)}`, { cause });
  });
  const content = outputFiles[0]?.contents ?? new Uint8Array();
  const hash = createHash('sha256').update(content).digest('hex');
  const target = join(folder, `function-${hash.slice(0, 24)}.mjs`);
  await mkdir(folder, { recursive: true });
  const unfinished = `${target}.${randomUUID()}`;
  await writeFile(unfinished, content);
  await rename(unfinished, target);
  return target;
}

/** `import … from 'partita'` in a function means what functions are made with, not the whole package. */
const partitaItself: Plugin = {
  name: 'partita',
  setup(build) {
    const ending = import.meta.url.endsWith('.js') ? 'js' : 'ts';
    const url = new URL(`../partition/map/row-function.${ending}`, import.meta.url);
    build.onResolve({ filter: /^partita$/ }, () => ({ path: fileURLToPath(url) }));
  },
};

function bundleProblem(cause: unknown, path: string): string {
  const { errors = [] } = cause as { readonly errors?: readonly Message[] };
  const lines = errors.map(({ text, location }) => {
    if (location === null) return text;
    return `${location.file}:${location.line}:${location.column + 1}: ${text}`;
  });
  const name = relative(dirname(path), path);
  return lines.length === 0 ? `${name}: ${String(cause)}` : lines.join('\n  ');
}
