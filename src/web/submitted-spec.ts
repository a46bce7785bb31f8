import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { PreparedSpec } from '../operations/requests.ts';
import type { Experiment } from '../spec/parse-spec.ts';
import type { Source } from '../spec/source.ts';
import type { SpecBody } from './contract/runs.ts';
import type { PreviewSource } from './contract/sources.ts';
import type { WebContext } from './handler.ts';

/** The spec in a request's body, which may be that of a run. Throws `SpecFailure` with every mistake, `Failure('usage')` for a source out of reach. */
export async function parseSubmitted(
  { hasVariable }: Pick<WebContext, 'hasVariable'>,
  body: SpecBody,
): Promise<Experiment> {
  const { parseSpec } = await import('../spec/parse-spec.ts');
  const { writtenSpec } = await import('../spec/stored-spec.ts');
  const content =
    'content' in body ? body.content : JSON.stringify(writtenSpec(body.spec as JsonObject));
  return parseSpec(content, { fileName: 'spec', hasVariable });
}

export async function prepareSpec(context: WebContext, body: SpecBody): Promise<PreparedSpec> {
  const parsed = await parseSubmitted(context, body);
  checkReach(context, parsed.spec.data.source);
  return { spec: parsed.spec, digest: parsed.digest, baseFolder: context.workingFolder };
}

/**
 * Over HTTP, files are read from the working folder and from the uploads only, wherever links lead; never what else is in
 * the state folder, such as tokens. `baseFolder`: where relative paths start. Throws `Failure('usage')`.
 */
export function checkReach(
  { workingFolder, services }: Pick<WebContext, 'workingFolder' | 'services'>,
  source: Source | { readonly kind: string; readonly path: string },
  baseFolder = workingFolder,
): void {
  if (!('path' in source) || source.path === undefined) return;
  // Whoever runs the cluster can read more than this server shows, by patterns and addresses of Spark's own.
  if (source.kind === 'spark')
    throw new Failure(
      'usage',
      'A path on Spark can not be named over HTTP: make a table of it, or run the spec with the command line.',
    );
  checkPattern(source.path);
  const path = realPath(resolve(baseFolder, source.path));
  const isIn = (folder: string) => path.startsWith(`${realPath(folder)}${sep}`);
  const isOwn = isIn(services.stateFolder) && !isIn(uploadsFolder(services.stateFolder));
  if (!isOwn && (isIn(workingFolder) || isIn(services.stateFolder))) return;
  throw new Failure(
    'usage',
    `\`${source.path}\` is outside of ${workingFolder}: upload the file, or start the server in its folder.`,
  );
}

/** What may be looked into before there is a spec, as a spec would name it. */
export function sourceOf(source: PreviewSource): Source {
  if (source.kind !== 'postgres') return source;
  const { kind, url, table } = source;
  return { kind, table, ...(url === null || url === undefined ? {} : { url }) };
}

/** A pattern could name what may not be named: it may stand for files of one folder only. */
function checkPattern(path: string): void {
  if (!/[*?[].*[/\\]|\*\*/.test(path)) return;
  throw new Failure(
    'usage',
    `\`${path}\` is a pattern of folders: over HTTP, only the name of a file may be one, for example \`sales/*.csv\`.`,
  );
}

export function uploadsFolder(stateFolder: string): string {
  return join(stateFolder, 'uploads');
}

/** Without symbolic links, as far as it exists. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), path.slice(parent.length));
}
