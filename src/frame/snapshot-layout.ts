import { distinctNames } from './distinct-names.ts';
import { type Database, sqlPath } from './duckdb.ts';

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

/** The layout that a snapshot file carries; throws when the file is none. */
export async function readLayout(database: Database, path: string): Promise<SnapshotLayout> {
  const [row] = await database.rows(
    `SELECT decode(value) AS layout FROM parquet_kv_metadata(${sqlPath(path)}) WHERE decode(key) = $1`,
    LAYOUT_KEY,
  );
  return JSON.parse(String(row?.['layout'])) as SnapshotLayout;
}
