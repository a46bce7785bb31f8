import { readdir, readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { PreparedMap, PreparedSpec } from '../operations/requests.ts';
import type { Overrides } from '../spec/check-value.ts';
import type { CommandContext } from './command-context.ts';

type ReadContext = Pick<CommandContext, 'terminal' | 'workingFolder' | 'hasVariable'>;

/**
 * The spec of a command: the named file, else `partita.yaml`, else the only `*.partita.yaml` of the folder. Says its
 * warnings. Throws `Failure('usage')` when there is none or more than one.
 */
export async function readSpec(
  context: ReadContext,
  file: string | undefined,
  overrides: Overrides = {},
): Promise<PreparedSpec & { readonly warnings: readonly string[] }> {
  // The schema knows every algorithm: loaded only by commands that read a spec.
  const { parseSpec } = await import('../spec/parse-spec.ts');
  const { content, options, baseFolder } = await openSpec(context, file, overrides);
  const parsed = parseSpec(content, options);
  for (const warning of parsed.warnings) context.terminal.say(`warning: ${warning}`);
  return { ...parsed, baseFolder };
}

/** The same for `partita map`. */
export async function readMapSpec(
  context: ReadContext,
  file: string | undefined,
  overrides: Overrides = {},
): Promise<PreparedMap> {
  const { parseMapSpec } = await import('../spec/parse-spec.ts');
  const { content, options, baseFolder } = await openSpec(context, file, overrides);
  return { ...parseMapSpec(content, options), baseFolder };
}

/** True where the spec has a function to apply and nothing to learn. */
export async function isMapSpec(context: ReadContext, file: string | undefined): Promise<boolean> {
  const { isForMap } = await import('../spec/parse-spec.ts');
  const { content, options } = await openSpec(context, file, {});
  return isForMap(content, options.fileName);
}

async function openSpec(context: ReadContext, file: string | undefined, overrides: Overrides) {
  const path = resolve(context.workingFolder, file ?? (await findSpec(context.workingFolder)));
  const options = {
    fileName: shortPath(path, context.workingFolder),
    hasVariable: (name: string) => context.hasVariable(name),
    overrides,
  };
  const content = await readBytes(path, context.workingFolder);
  return { content, options, baseFolder: dirname(path) };
}

async function findSpec(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /(^|\.)partita\.(ya?ml|json)$/.test(name));
  const preferred = names.find((name) => name === 'partita.yaml') ?? names[0];
  if (preferred === undefined)
    throw new Failure(
      'usage',
      'There is no partita.yaml here. Name a spec, or make one with `partita init`.',
    );
  if (names.length > 1 && preferred !== 'partita.yaml')
    throw new Failure('usage', `Which spec? Name one of ${names.sort().join(', ')}.`);
  return preferred;
}

async function readBytes(path: string, workingFolder: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `(${code})`;
    throw new Failure(
      'usage',
      `The spec ${shortPath(path, workingFolder)} ${code === 'EACCES' ? 'may not be read' : why}.`,
      { cause },
    );
  }
}

/** As a person would write it: relative inside the working folder, absolute elsewhere. */
export function shortPath(path: string, workingFolder: string): string {
  const short = relative(workingFolder, path);
  return short === '' || short.startsWith('..') ? path : short;
}
