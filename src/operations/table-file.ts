import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../domain/failure.ts';
import { writeArrowFile } from '../frame/arrow-write.ts';
import { distinctNames } from '../frame/distinct-names.ts';
import { type Database, openDatabase } from '../frame/duckdb.ts';
import type { TableColumn, WrittenValues } from '../frame/duckdb-write.ts';
import { sqlName, sqlText } from '../frame/sql-text.ts';

/** A table that is written in pieces and stands under its name only when it is whole. */
export interface TableFile {
  append(columns: readonly WrittenValues[], rowCount: number): void;
  /** Rows ordered by the column in place `orderBy` when given, equal ones and all else as appended. */
  finish(order?: TableOrder): Promise<void>;
  /** Lets go of the rows; nothing is left behind unless it was finished. */
  close(): void;
}

export type TableOrder = {
  readonly orderBy: number;
  /** That column is for the order only. */
  readonly isLeftOut?: boolean;
};

/** Writes `SELECT list FROM …` of columns with these names to a path. */
type Writer = (database: Database, table: TableQuery, path: string) => Promise<void>;
type TableQuery = {
  readonly columns: readonly TableColumn[];
  readonly select: (names: readonly string[]) => string;
};

/** File ending → who writes it. */
const WRITERS: { readonly [ending: string]: Writer } = {
  '.csv': writeCsv,
  '.parquet': (database, table, path) =>
    copy(database, table.select(namesOf(table)), path, 'parquet, COMPRESSION zstd'),
  '.jsonl': (database, table, path) => copy(database, table.select(namesOf(table)), path, 'json'),
  '.arrow': writeArrow,
};

/**
 * Throws `Failure('usage')` when the ending is none of csv, parquet, jsonl and arrow. Names that differ in case only get a number
 * in Parquet and JSON lines, whose readers can't tell them apart; in CSV they stand as they are. `isForPeople`: it may be
 * opened with a spreadsheet, which would run a text that begins as a formula does; before such a text stands a '.
 */
export async function createTableFile(
  path: string,
  columns: readonly TableColumn[],
  { isForPeople = false }: { readonly isForPeople?: boolean | undefined } = {},
): Promise<TableFile> {
  const write = WRITERS[extname(path).toLowerCase()];
  if (write === undefined) {
    throw new Failure(
      'usage',
      `"${path}" does not say what to write: use a name that ends in .csv, .parquet, .jsonl or .arrow.`,
    );
  }
  const database = await openDatabase();
  const places = columns.map((_, i) => `c${i}`);
  const table = await database.createTable(
    'rows',
    columns.map(({ type }, i) => ({ name: places[i] as string, type })),
  );
  return {
    append: (values, rowCount) => table.append(values, rowCount),
    async finish(order) {
      table.close();
      const kept = columns.flatMap((column, i) =>
        order?.isLeftOut === true && order.orderBy === i ? [] : [{ column, i }],
      );
      const by = order === undefined ? 'rowid' : `${places[order.orderBy] as string}, rowid`;
      const select = (names: readonly string[]): string => {
        const list = kept.map(({ column, i }, k) => {
          const place = places[i] as string;
          const value = isForPeople && column.type === 'VARCHAR' ? harmless(place) : place;
          return `${value} AS ${sqlName(names[k] as string)}`;
        });
        return `SELECT ${list.join(', ')} FROM rows ORDER BY ${by}`;
      };
      await replace(path, (unfinished) =>
        write(database, { columns: kept.map(({ column }) => column), select }, unfinished),
      );
    },
    close: () => database.close(),
  };
}

/** A text column in which nothing begins as a formula does, but for numbers. */
function harmless(column: string): string {
  const begins = `regexp_matches(${column}, '^[=+@\\t\\r-]')`;
  const isFormula = `${begins} AND TRY_CAST(${column} AS DOUBLE) IS NULL`;
  return `CASE WHEN ${isFormula} THEN '''' || ${column} ELSE ${column} END`;
}

/** The file appears whole or not at all. */
async function replace(path: string, write: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    await write(unfinished);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new Failure('usage', `"${path}" can't be written: check the folder and its rights.`, {
      cause,
    });
  }
}

/** DuckDB renames columns that differ in case only, so the header is ours. */
async function writeCsv(
  database: Database,
  { columns, select }: TableQuery,
  path: string,
): Promise<void> {
  const names = columns.map(({ name }) => name);
  const body = `${path}.rows`;
  try {
    const places = names.map((_, i) => `c${i}`);
    await copy(database, select(places), body, 'csv, HEADER false');
    await pipeline(headed(names, body), createWriteStream(path));
  } finally {
    await rm(body, { force: true });
  }
}

async function writeArrow(
  database: Database,
  { columns, select }: TableQuery,
  path: string,
): Promise<void> {
  const query = select(columns.map((_, i) => `c${i}`));
  const batches = async function* (): AsyncGenerator<readonly WrittenValues[]> {
    for await (const chunk of database.stream(query)) yield columns.map((_, i) => chunk.values(i));
  };
  await writeArrowFile(path, columns, batches());
}

/** Readers that ignore case could not tell some names apart. */
function namesOf({ columns }: TableQuery): readonly string[] {
  return distinctNames(columns.map(({ name }) => name));
}

async function* headed(names: readonly string[], body: string): AsyncGenerator<string | Buffer> {
  yield `${names.map(csvText).join(',')}\n`;
  yield* createReadStream(body) as AsyncIterable<Buffer>;
}

function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function copy(
  database: Database,
  query: string,
  path: string,
  format: string,
): Promise<void> {
  await database.run(`COPY (${query}) TO ${sqlText(path)} (FORMAT ${format})`);
}
