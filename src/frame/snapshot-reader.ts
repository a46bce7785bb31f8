import { Failure } from '../domain/failure.ts';
import { type Database, openDatabase } from './duckdb.ts';
import type { Chunk } from './duckdb-chunk.ts';
import { columnFill } from './fill-columns.ts';
import type { Frame, RowRange } from './frame.ts';
import { hashesInto, valuesInto } from './place-rows.ts';
import { RowPlaces } from './row-places.ts';
import {
  HASH_HIGH,
  HASH_LOW,
  ROW,
  ROWS_PER_GROUP,
  readLayout,
  type SnapshotLayout,
  SOURCE_ROW,
  type StoredColumn,
  snapshotFiles,
} from './snapshot-layout.ts';

export type SnapshotRows = {
  readonly frame: Frame;
  /** 16 bytes per row, unless they were not wanted. */
  readonly rowHashes: Uint8Array;
  /** Place of each row in the source, from 0; present when asked for. */
  readonly sourceRows?: Int32Array;
};

export type ReadOptions = {
  /** Columns on SharedArrayBuffers, so that threads get them without a copy. */
  readonly shared?: boolean;
  readonly sourceRows?: boolean;
  /** False: nobody reads the hashes, which are empty then. */
  readonly rowHashes?: boolean;
};

export interface SnapshotReader {
  /** Rows of the ranges, range after range; ranges are ascending and disjoint. Columns by name, in the order asked. */
  read(
    ranges: readonly RowRange[],
    columns: readonly string[],
    options?: ReadOptions,
  ): Promise<SnapshotRows>;
  close(): Promise<void>;
}

/** Opens a snapshot's Parquet file. Throws `Failure('corrupt-object')` when it is none. */
export async function openSnapshot(parquetPath: string): Promise<SnapshotReader> {
  const database = await openDatabase({ threads: 2, memoryMb: 1024 });
  try {
    await database.run('SET parquet_metadata_cache = true');
    const files = await snapshotFiles(parquetPath);
    const layout = await readLayout(database, parquetPath);
    return new ParquetReader(database, { path: parquetPath, files, layout });
  } catch (cause) {
    database.close();
    throw new Failure('corrupt-object', `${parquetPath} is no snapshot that can be read.`, {
      cause,
    });
  }
}

class ParquetReader implements SnapshotReader {
  readonly #database: Database;
  readonly #path: string;
  /** As SQL. */
  readonly #files: string;
  readonly #layout: SnapshotLayout;

  constructor(
    database: Database,
    snapshot: { readonly path: string; readonly files: string; readonly layout: SnapshotLayout },
  ) {
    this.#database = database;
    this.#path = snapshot.path;
    this.#files = snapshot.files;
    this.#layout = snapshot.layout;
  }

  async read(
    ranges: readonly RowRange[],
    columns: readonly string[],
    options: ReadOptions = {},
  ): Promise<SnapshotRows> {
    const wanted = ranges.filter(({ count }) => count > 0);
    const places = new RowPlaces(wanted);
    const fills = columns.map((name) => {
      const buffer = (bytes: number) => allocate(bytes, options.shared);
      return columnFill(this.#storedColumn(name), places.rowCount, buffer);
    });
    const hasHashes = options.rowHashes !== false;
    const hashBytes = hasHashes ? places.rowCount * 16 : 0;
    const rowHashes = new Uint8Array(allocate(hashBytes, options.shared));
    const sourceRows = options.sourceRows ? new Int32Array(places.rowCount) : undefined;
    let found = 0;
    const list = [
      ROW,
      ...fills.map(({ sql }) => sql),
      ...(sourceRows ? [SOURCE_ROW] : []),
      ...(hasHashes ? [HASH_HIGH, HASH_LOW] : []),
    ];
    const [sourceRow, high, low] = [SOURCE_ROW, HASH_HIGH, HASH_LOW].map((name) =>
      list.indexOf(name),
    ) as [number, number, number];
    for await (const chunk of this.#stream(wanted, list)) {
      const placing = places.locate(chunk.integers(0));
      fills.forEach((fill, i) => fill.take(chunk, i + 1, placing));
      if (sourceRows) valuesInto(chunk.integers(sourceRow), placing, sourceRows);
      if (hasHashes) hashesInto(chunk.words(high), chunk.words(low), placing, rowHashes);
      found += placing.found;
    }
    if (found !== places.rowCount)
      throw new Failure(
        'corrupt-object',
        `${this.#path} holds ${found} of the ${places.rowCount} rows asked for.`,
      );
    const frame = { rowCount: places.rowCount, columns: fills.map((fill) => fill.column()) };
    return { frame, rowHashes, ...(sourceRows && { sourceRows }) };
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #stream(ranges: readonly RowRange[], list: readonly string[]): AsyncIterable<Chunk> {
    const where = spansOf(ranges).map(
      ({ start, count }) => `${ROW} BETWEEN ${start} AND ${start + count - 1}`,
    );
    return this.#database.stream(
      `SELECT ${list.join(', ')} FROM read_parquet(${this.#files}) WHERE ${where.length === 0 ? 'false' : where.join(' OR ')}`,
    );
  }

  #storedColumn(name: string): StoredColumn {
    const stored = this.#layout.find((column) => column.name === name);
    if (stored === undefined) throw new RangeError(`The snapshot has no column "${name}".`);
    return stored;
  }
}

function allocate(bytes: number, shared = false): ArrayBuffer {
  // The typed arrays over both kinds of buffer have one type in the frame's contract.
  return (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)) as ArrayBuffer;
}

/** Ranges joined over gaps that lie inside one row group anyway: the file is filtered by few conditions. */
function spansOf(ranges: readonly RowRange[]): readonly RowRange[] {
  const spans: { start: number; count: number }[] = [];
  for (const { start, count } of ranges) {
    const last = spans.at(-1);
    if (last !== undefined && start - (last.start + last.count) < ROWS_PER_GROUP)
      last.count = start + count - last.start;
    else spans.push({ start, count });
  }
  return spans;
}
