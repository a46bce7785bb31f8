import { access, constants } from 'node:fs/promises';
import { Failure } from '../domain/failure.ts';
import type { Source } from '../spec/source.ts';
import { checkPostgres } from './postgres-reading.ts';
import { findFile, isGlob, noFile } from './source-file.ts';

/**
 * Looks whether the files of a source are there and may be read, or its server answers and has the table, before anything
 * is recorded of a run. What is in them is known when it is read. `address`: of a server, if it is known already; see
 * `resolveSourceUrl`. Throws `Failure('invalid-data')`, and `Failure('unreachable')` for a server.
 */
export async function checkSource(
  source: Source,
  baseFolder: string,
  address: string | undefined,
): Promise<void> {
  if (source.kind === 'postgres') {
    if (address !== undefined) await checkPostgres(source, address);
    return;
  }
  // The cluster says what it has when it is asked to read.
  if (source.kind === 'spark') return;
  const file = await findFile(baseFolder, source.path);
  const paths = file === undefined ? await matchesOf(baseFolder, source.path) : [file.path];
  for (const path of paths)
    await access(path, constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
      throw new Failure(
        'invalid-data',
        `${path} may not be read by this user (${cause.code}): change its rights, or run as its owner.`,
        { cause },
      );
    });
}

/** Expanded by the program that will read them, which is only loaded for that. */
async function matchesOf(baseFolder: string, pattern: string): Promise<readonly string[]> {
  if (!isGlob(pattern)) throw noFile(baseFolder, pattern);
  const { openDatabase } = await import('../frame/duckdb.ts');
  const { findFiles } = await import('./source-files.ts');
  const database = await openDatabase({ threads: 1 });
  try {
    return (await findFiles(database, baseFolder, pattern)).map(({ path }) => path);
  } finally {
    database.close();
  }
}
