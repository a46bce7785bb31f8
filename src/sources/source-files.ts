import { resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { Database } from '../frame/duckdb.ts';
import { sqlPath, sqlText } from '../frame/sql-text.ts';
import { readFailure } from './read-failure.ts';
import { findFile, fingerprintOf, isGlob, noFile, type SourceFile } from './source-file.ts';

export type { SourceFile } from './source-file.ts';

/** The files of a path or glob, in code-unit order. Throws `Failure('invalid-data')` when there are none. */
export async function findFiles(
  database: Pick<Database, 'rows'>,
  baseFolder: string,
  pattern: string,
): Promise<readonly SourceFile[]> {
  const literal = await findFile(baseFolder, pattern);
  if (literal !== undefined) return [literal];
  const matches = isGlob(pattern) ? await expand(database, resolve(baseFolder, pattern)) : [];
  if (matches.length === 0) throw noFile(baseFolder, pattern);
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

async function expand(
  database: Pick<Database, 'rows'>,
  pattern: string,
): Promise<readonly string[]> {
  const rows = await database.rows(`SELECT file FROM glob(${sqlText(pattern)})`);
  return rows.map(({ file }) => String(file)).sort((a, b) => (a < b ? -1 : 1));
}
