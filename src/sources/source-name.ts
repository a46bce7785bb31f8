import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Source } from '../spec/source.ts';

/** Ends the name of the file beside an upload that says what the upload was called. */
const NAME_ENDING = '.name';

/** Where the name of an upload is kept, for all files of its bytes: they may have come under several endings. */
export function nameFileOf(upload: string): string {
  return `${upload.slice(0, upload.length - extname(upload).length)}${NAME_ENDING}`;
}

/** An upload lies under the digest of its bytes. */
const UPLOAD = /^[0-9a-f]{64}\.\w+$/;

/** Where rows come from, in the words of who gave them and without the folders of this machine; a spec holds no secrets. */
export async function sourceName(source: Source, baseFolder: string): Promise<string> {
  switch (source.kind) {
    case 'postgres':
      return source.table === undefined ? 'a Postgres query' : `Postgres table ${source.table}`;
    case 'spark':
      return source.table === undefined ? `Spark ${source.path}` : `Spark table ${source.table}`;
    case 'csv':
    case 'parquet':
    case 'json':
    case 'arrow':
      return `${source.kind} ${await fileName(resolve(baseFolder, source.path))}`;
  }
}

/** Files by a pattern are called by it and by their folder. */
async function fileName(path: string): Promise<string> {
  const own = basename(path);
  if (/[*?[]/.test(own)) return `${basename(dirname(path))}/${own}`;
  return UPLOAD.test(own) ? ((await nameIn(nameFileOf(path))) ?? own) : own;
}

/** Null: the upload is older than names, or is gone. */
export async function nameIn(nameFile: string): Promise<string | null> {
  return readFile(nameFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
