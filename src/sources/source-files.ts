import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { type Database, sqlPath, sqlText } from '../frame/duckdb.ts';
import { readFailure } from './read-failure.ts';

export type SourceFile = {
  readonly path: string;
  /** As the user wrote it, or the part of a glob's match that people know. */
  readonly shown: string;
  readonly fingerprint: string;
};

/** The files of a path or glob, in code-unit order. Throws `Failure('invalid-data')` when there are none. */
export async function findFiles(
  database: Database,
  baseFolder: string,
  pattern: string,
): Promise<readonly SourceFile[]> {
  const path = resolve(baseFolder, pattern);
  const literal = await fingerprintOf(path);
  if (literal !== undefined) return [{ path, shown: pattern, fingerprint: literal }];
  const matches = /[*?[]/.test(pattern) ? await expand(database, path) : [];
  if (matches.length === 0)
    throw new Failure(
      'invalid-data',
      `There is no file \`${pattern}\` in ${baseFolder}: paths start from the folder of the spec.`,
    );
  const files: SourceFile[] = [];
  for (const match of matches) {
    const fingerprint = await fingerprintOf(match);
    if (fingerprint !== undefined) files.push({ path: match, shown: match, fingerprint });
  }
  return files;
}

/**
 * Runs `read` over the files. Throws `Failure('invalid-data')` when one is afterwards not what it was at first, whatever
 * reading it gave; else any trouble as a `Failure` that names the place.
 */
export async function readUnchanged<Result>(
  files: readonly SourceFile[],
  place: string,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await read();
    await assertUnchanged(files);
    return result;
  } catch (error) {
    await assertUnchanged(files);
    throw readFailure(error, place);
  }
}

async function assertUnchanged(files: readonly SourceFile[]): Promise<void> {
  for (const { path, shown, fingerprint } of files) {
    if ((await fingerprintOf(path)) !== fingerprint)
      throw new Failure(
        'invalid-data',
        `${shown} changed while it was read: run again when it is complete.`,
      );
  }
}

/** A list of paths as DuckDB's readers take it. */
export function sqlPaths(files: readonly { readonly path: string }[]): string {
  return `[${files.map(({ path }) => sqlPath(path)).join(', ')}]`;
}

async function expand(database: Database, pattern: string): Promise<readonly string[]> {
  const rows = await database.rows(`SELECT file FROM glob(${sqlText(pattern)})`);
  return rows.map(({ file }) => String(file)).sort((a, b) => (a < b ? -1 : 1));
}

/** Size, time of change and identity; undefined when there is nothing. Throws `Failure('invalid-data')` on a folder. */
async function fingerprintOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new Failure('invalid-data', `${path} can't be opened (${error.code}).`, { cause: error });
  });
  if (found?.isDirectory())
    throw new Failure(
      'invalid-data',
      `${path} is a folder: name its files, for example \`${path}/*.csv\`.`,
    );
  return found && `${found.size} ${found.mtimeNs} ${found.ino}`;
}
