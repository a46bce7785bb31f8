import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { makePrivateFolder } from './private-file.ts';

/**
 * Makes the `.partita` folder unless it is there, closed to other users and to git. Under root others may pass through
 * it, without seeing what is in it: Postgres runs as another user and has its data inside.
 * Throws `Failure('usage')` when the folder is another user's.
 */
export function ensurePartitaFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const uid = process.getuid?.();
  const owner = statSync(folder).uid;
  if (uid !== undefined && owner !== uid)
    throw new Failure(
      'usage',
      `The folder ${folder} belongs to user ${owner}, and this is user ${uid}: run as that user, or set PARTITA_FOLDER to a folder of your own.`,
    );
  chmodSync(folder, uid === 0 ? 0o711 : 0o700);
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  makePrivateFolder(runFolder(folder));
}

/** Where the records of running processes are. */
export function runFolder(folder: string): string {
  return join(folder, 'run');
}
