import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '../frame/duckdb.ts';
import { sqlName } from '../frame/sql-text.ts';
import type { Source } from '../spec/source.ts';
import { type FoundColumn, findColumns } from './find-columns.ts';
import { loadSource } from './load-source.ts';
import { ownType } from './plan-columns.ts';
import { RAW } from './raw-table.ts';
import { isOutOfMemory, outOfMemory } from './read-failure.ts';
import type { SnapshotLimits } from './snapshot-request.ts';

/** A look at a source; plain data, since it travels to a process of its own. */
export type PreviewRequest = {
  readonly source: Source;
  readonly baseFolder: string;
  readonly scratchFolder: string;
  /** See `SnapshotRequest`. */
  readonly sourceUrl?: string;
  /** First rows that are shown. */
  readonly rows: number;
  readonly limits: SnapshotLimits;
};

export type ColumnPreview = {
  readonly name: string;
  readonly kind: 'number' | 'category' | 'time';
  readonly sourceType: string;
  /** Of the rows that were looked at. */
  readonly missing: number;
  readonly distinct: number;
  readonly min: string | number | null;
  readonly max: string | number | null;
  /** The most frequent values, at most 10; none where nearly every value is another. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
};

export type Preview = {
  readonly columns: readonly ColumnPreview[];
  /** A cell per column as text; null = missing. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowsRead: number;
  /** False: the table has more rows. */
  readonly isWhole: boolean;
  /** Columns that no table of ours can hold. */
  readonly leftOut: readonly { readonly name: string; readonly type: string }[];
};

/** Rows of a database table that are looked at. */
const LOOKED_AT = 10_000;
/** Rows × columns of a file. */
const MAX_CELLS = 200_000_000;
const TOP = 10;
/** Longer texts are cut: a preview has a bounded size. */
const MAX_TEXT = 200;

/** Columns with what they hold, and the first rows. Throws a `Failure` for what is wrong with the data. */
export async function makePreview(request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  await mkdir(request.scratchFolder, { recursive: true });
  const scratchFolder = await mkdtemp(join(request.scratchFolder, 'looking-'));
  const { memoryMb, threads } = request.limits;
  const database = await openDatabase({
    path: join(scratchFolder, 'tables.duckdb'),
    spillFolder: join(scratchFolder, 'spill'),
    memoryMb: Math.floor(memoryMb / 2),
    threads,
  });
  try {
    const raw = await loadSource(request.source, {
      database,
      baseFolder: request.baseFolder,
      scratchFolder,
      sourceUrl: request.sourceUrl,
      nullValues: [],
      maxCells: MAX_CELLS,
      rowLimit: LOOKED_AT + 1,
      isDropped: () => true,
      signal,
      onProgress: () => undefined,
    });
    const found = await findColumns(database, raw.columns, 'UTC');
    const rowsRead = await database.count(`SELECT count(*) FROM ${RAW}`);
    const columns: ColumnPreview[] = [];
    for (const column of found) columns.push(await previewColumn(database, column));
    return {
      columns,
      rows: await firstRows(database, found, request.rows),
      rowsRead,
      isWhole: request.source.kind !== 'postgres' || rowsRead <= LOOKED_AT,
      leftOut: raw.leftOut,
    };
  } catch (error) {
    throw isOutOfMemory(error) ? outOfMemory(error) : error;
  } finally {
    database.close();
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

async function previewColumn(database: Database, found: FoundColumn): Promise<ColumnPreview> {
  const { kind, sql } = ownType(found);
  const text = shortText(found);
  const range = kind === 'time' ? `(${sql})::VARCHAR` : kind === 'number' ? sql : text;
  const [facts = {}] = await database.rows(
    `SELECT count(*) - count(${text}) AS missing, count(DISTINCT ${text}) AS "distinct", count(*) AS rows, min(${range}) AS low, max(${range}) AS high FROM ${RAW}`,
  );
  const distinct = Number(facts['distinct']);
  const isVaried = distinct > Math.max(50, Number(facts['rows']) / 2);
  const top = isVaried
    ? []
    : await database.rows(
        `SELECT ${text} AS value, count(*) AS n FROM ${RAW} WHERE ${text} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT ${TOP}`,
      );
  return {
    name: found.column.name,
    kind,
    sourceType: found.column.sourceType,
    missing: Number(facts['missing']),
    distinct,
    min: plain(facts['low']),
    max: plain(facts['high']),
    top: top.map(({ value, n }) => ({ value: String(value), count: Number(n) })),
  };
}

async function firstRows(
  database: Database,
  found: readonly FoundColumn[],
  count: number,
): Promise<Preview['rows']> {
  const names = found.map((_, i) => `t${i}`);
  const list = found.map((column, i) => `${shortText(column)} AS ${sqlName(names[i] as string)}`);
  const rows = await database.rows(
    `SELECT ${list.join(', ')} FROM ${RAW} ORDER BY rowid LIMIT ${count}`,
  );
  return rows.map((row) => names.map((name) => (row[name] ?? null) as string | null));
}

function shortText({ sql }: FoundColumn): string {
  return `left(${sql.text}, ${MAX_TEXT})`;
}

/** Infinities have no place in JSON. */
function plain(value: unknown): string | number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' ? value : null;
}
