import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';

export type SourceFile = {
  readonly path: string;
  /** As the user wrote it, or the part of a glob's match that people know. */
  readonly shown: string;
  readonly fingerprint: string;
};

export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** The file of that very name. Throws `Failure('invalid-data')` on a folder and on what can't be looked at. */
export async function findFile(baseFolder: string, shown: string): Promise<SourceFile | undefined> {
  const path = resolve(baseFolder, shown);
  const fingerprint = await fingerprintOf(path);
  return fingerprint === undefined ? undefined : { path, shown, fingerprint };
}

export function noFile(baseFolder: string, pattern: string): Failure {
  return new Failure(
    'invalid-data',
    `There is no file \`${pattern}\` in ${baseFolder}: paths start from the folder of the spec.`,
  );
}

/** Size, time of change and identity; undefined when there is nothing. Throws `Failure('invalid-data')` on a folder. */
export async function fingerprintOf(path: string): Promise<string | undefined> {
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
