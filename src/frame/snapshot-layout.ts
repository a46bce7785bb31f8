import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { distinctNames } from './distinct-names.ts';
import type { Database } from './duckdb.ts';
import { sqlPath } from './sql-text.ts';

/** Row number of the snapshot: position in (partition text, canonical row order). */
export const ROW = '__row';
/** Position in the source, from 0. */
export const SOURCE_ROW = '__source_row';
/** The row hash as two unsigned 64-bit numbers: bytes 0–7 and 8–15, most significant first. */
export const HASH_HIGH = '__hash_high';
export const HASH_LOW = '__hash_low';

/** Small groups make small partitions cheap to read; a group is what is decompressed at once. */
export const ROWS_PER_GROUP = 32_768;

/** Key of the Parquet metadata that holds the layout as JSON. */
export const LAYOUT_KEY = 'partita.columns';

export type StoredColumn = {
  readonly name: string;
  readonly kind: 'number' | 'category' | 'time';
  /** Name in the file: its own, or a made one where files can't tell it from another (case, our own columns). */
  readonly storedAs: string;
};
export type SnapshotLayout = readonly StoredColumn[];

/** Names in the file for these columns. */
export function storedNames(names: readonly string[]): readonly string[] {
  return distinctNames(names, [ROW, SOURCE_ROW, HASH_HIGH, HASH_LOW]);
}

/** In a snapshot that is a folder of Parquet files: the layout, and the files that belong to it. */
export const LAYOUT_FILE = '_partita.json';

export type FolderLayout = {
  readonly columns: SnapshotLayout;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
};

/** The layout that a snapshot carries, a file or a folder; throws when it is none. */
export async function readLayout(database: Database, path: string): Promise<SnapshotLayout> {
  if (isFolder(path)) return (await readFolderLayout(path)).columns;
  const [row] = await database.rows(
    `SELECT decode(value) AS layout FROM parquet_kv_metadata(${sqlPath(path)}) WHERE decode(key) = $1`,
    LAYOUT_KEY,
  );
  return JSON.parse(String(row?.['layout'])) as SnapshotLayout;
}

export async function readFolderLayout(path: string): Promise<FolderLayout> {
  return JSON.parse(await readFile(join(path, LAYOUT_FILE), 'utf8')) as FolderLayout;
}

/** The layout that these bytes are, as `LAYOUT_FILE` has it; null: they are another object's. */
export function folderLayoutIn(bytes: Uint8Array): FolderLayout | null {
  if (bytes[0] !== '{'.charCodeAt(0)) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    const content = JSON.parse(text) as Partial<FolderLayout>;
    const { columns, files } = content;
    const isLayout = Array.isArray(columns) && Array.isArray(files) && files.every(isNamedFile);
    return isLayout ? (content as FolderLayout) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Of the folder itself, wherever a layout comes from. */
function isNamedFile(file: unknown): boolean {
  if (typeof file !== 'object' || file === null || !('name' in file) || !('bytes' in file))
    return false;
  const { name, bytes } = file;
  if (typeof name !== 'string' || !Number.isSafeInteger(bytes)) return false;
  return basename(name) === name && !['', '.', '..', LAYOUT_FILE].includes(name);
}

/** Bytes of the files of a snapshot. */
export async function snapshotBytes(path: string): Promise<number> {
  if (!isFolder(path)) return (await stat(path)).size;
  const { files } = await readFolderLayout(path);
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What `read_parquet` takes for a snapshot. */
export async function snapshotFiles(path: string): Promise<string> {
  if (!isFolder(path)) return sqlPath(path);
  const { files } = await readFolderLayout(path);
  return `[${files.map(({ name }) => sqlPath(join(path, name))).join(', ')}]`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
