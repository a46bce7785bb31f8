import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '../frame/duckdb.ts';
import { digestSnapshot } from '../frame/row-hash.ts';
import {
  HASH_HIGH,
  HASH_LOW,
  LAYOUT_KEY,
  ROW,
  ROWS_PER_GROUP,
  readLayout,
  SOURCE_ROW,
  type StoredColumn,
  snapshotFiles,
} from '../frame/snapshot-layout.ts';
import { sqlName, sqlText } from '../frame/sql-text.ts';
import type { MadeSnapshot } from './make-snapshot.ts';
import type { Snapshot, SnapshotPartition } from './snapshot.ts';

/** A partition of a snapshot that lies at `path`. */
export type TakenPartition = { readonly path: string; readonly partition: SnapshotPartition };

export type Composition = {
  /** What the new snapshot says of its columns and its source; those of all parts are equal. */
  readonly like: Snapshot;
  /** In the order of their texts. */
  readonly partitions: readonly TakenPartition[];
  readonly outputFolder: string;
};

/** Of sorting by row, which spills. */
const LIMITS = { memoryMb: 1024, threads: 2 };

/** Writes a snapshot whose partitions are those of others, rows, order and digests as they are there. */
export async function composeSnapshot(
  { like, partitions, outputFolder }: Composition,
  signal: AbortSignal,
): Promise<MadeSnapshot> {
  signal.throwIfAborted();
  await mkdir(outputFolder, { recursive: true });
  const name = randomUUID();
  const parquetPath = join(outputFolder, `snapshot-${name}.parquet`);
  const spillFolder = join(outputFolder, `composing-${name}`);
  const database = await openDatabase({ ...LIMITS, spillFolder });
  const interrupt = (): void => database.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const placed = place(partitions);
    const paths = [...new Set(partitions.map(({ path }) => path))];
    await writeParts(database, partitions, { placed, paths });
    const layouts = await Promise.all(paths.map((path) => readLayout(database, path)));
    const layout = layouts[0] ?? [];
    const parts = await Promise.all(
      paths.map(async (path, file) =>
        rowsOf(file, await snapshotFiles(path), { to: layout, from: layouts[file] ?? [] }),
      ),
    );
    await database.run(
      `COPY (SELECT * FROM (${parts.join(' UNION ALL ')}) ORDER BY ${ROW}) TO ${sqlText(parquetPath)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROWS_PER_GROUP}, KV_METADATA { ${sqlText(LAYOUT_KEY)}: ${sqlText(JSON.stringify(layout))} })`,
    );
    return {
      parquetPath,
      snapshot: {
        ...like,
        digest: digestSnapshot(like.schemaDigest, placed),
        rowCount: placed.reduce((sum, { count }) => sum + count, 0),
        partitions: placed,
      },
    };
  } catch (error) {
    await rm(parquetPath, { force: true });
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    database.close();
    await rm(spillFolder, { recursive: true, force: true });
  }
}

/** Which rows of which file go where. */
async function writeParts(
  database: Database,
  partitions: readonly TakenPartition[],
  to: { readonly placed: readonly SnapshotPartition[]; readonly paths: readonly string[] },
): Promise<void> {
  const files = new Map(to.paths.map((path, file) => [path, file]));
  const columns = ['file', 'first_row', 'last_row', 'shift'];
  const table = await database.createTable(
    'parts',
    columns.map((name) => ({ name, type: 'INTEGER' })),
  );
  const column = (valueOf: (part: TakenPartition, start: number) => number) =>
    Int32Array.from(partitions, (part, i) => valueOf(part, to.placed[i]?.start ?? 0));
  table.append(
    [
      column(({ path }) => files.get(path) ?? 0),
      column(({ partition }) => partition.start),
      column(({ partition }) => partition.start + partition.count - 1),
      column(({ partition }, start) => start - partition.start),
    ],
    partitions.length,
  );
  table.close();
}

/** One after the other. */
function place(partitions: readonly TakenPartition[]): readonly SnapshotPartition[] {
  let next = 0;
  return partitions.map(({ partition }, ordinal) => {
    const start = next;
    next += partition.count;
    return { ...partition, ordinal, start };
  });
}

type Layouts = { readonly to: readonly StoredColumn[]; readonly from: readonly StoredColumn[] };

/** Rows of the partitions that are taken from one snapshot, numbered anew. `files`: as SQL. */
function rowsOf(file: number, files: string, { to, from }: Layouts): string {
  const stored = new Map(from.map(({ name, storedAs }) => [name, storedAs]));
  const values = to.map(
    ({ name, storedAs }) => `${sqlName(stored.get(name) ?? storedAs)} AS ${sqlName(storedAs)}`,
  );
  const list = [SOURCE_ROW, HASH_HIGH, HASH_LOW, ...values];
  return `SELECT (${ROW} + shift)::INTEGER AS ${ROW}, ${list.join(', ')} FROM read_parquet(${files}) ASOF JOIN (SELECT * FROM parts WHERE file = ${file}) AS taken ON ${ROW} >= first_row WHERE ${ROW} <= last_row`;
}
