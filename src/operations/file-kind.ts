import { extname } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { Source } from '../spec/source.ts';

export type FileKind = Exclude<Source['kind'], 'postgres' | 'spark'>;

/** File ending → kind of source. */
const KINDS: { readonly [ending: string]: FileKind } = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.parquet': 'parquet',
  '.json': 'json',
  '.jsonl': 'json',
  '.ndjson': 'json',
  '.arrow': 'arrow',
  '.feather': 'arrow',
};

/** What a file of this name is. Throws `Failure('usage')` with the endings that say it. */
export function fileKind(path: string): FileKind {
  const kind = KINDS[extname(path).toLowerCase()];
  if (kind !== undefined) return kind;
  throw new Failure(
    'usage',
    `"${path}" does not say what it is: use a name that ends in ${Object.keys(KINDS).join(', ')}.`,
  );
}
