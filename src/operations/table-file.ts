import { rename } from 'node:fs/promises';
import { extname } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { type Database, openDatabase, sqlName, sqlPath } from '../frame/duckdb.ts';
import type { ColumnValues, TableColumn } from '../frame/duckdb-write.ts';

/** File ending → how DuckDB writes it. */
const FORMATS: { readonly [ending: string]: string } = {
  '.csv': 'FORMAT csv, HEADER true',
  '.parquet': 'FORMAT parquet, COMPRESSION zstd',
  '.jsonl': 'FORMAT json',
};

/** A table that is written in pieces and stands under its name only when it is whole. */
export interface TableFile {
  append(columns: readonly ColumnValues[], rowCount: number): void;
  /** Rows ordered by `orderBy` when given, else as appended. */
  finish(orderBy?: string): Promise<void>;
  discard(): void;
}

/** Throws `Failure('usage')` when the ending is none of csv, parquet and jsonl. */
export async function createTableFile(
  path: string,
  columns: readonly TableColumn[],
): Promise<TableFile> {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format === undefined) {
    throw new Failure(
      'usage',
      `"${path}" does not say what to write: use a name that ends in .csv, .parquet or .jsonl.`,
    );
  }
  const database = await openDatabase();
  const table = await database.createTable('rows', columns);
  const list = columns.map(({ name }) => sqlName(name)).join(', ');
  return {
    append: (values, rowCount) => table.append(values, rowCount),
    async finish(orderBy) {
      table.close();
      const order = orderBy === undefined ? 'rowid' : sqlName(orderBy);
      await copyOut(database, `SELECT ${list} FROM rows ORDER BY ${order}`, path, format);
      database.close();
    },
    discard: () => database.close(),
  };
}

async function copyOut(
  database: Database,
  query: string,
  path: string,
  format: string,
): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    await database.run(`COPY (${query}) TO ${sqlPath(unfinished)} (${format})`);
    await rename(unfinished, path);
  } catch (cause) {
    throw new Failure('usage', `"${path}" can't be written: check the folder and its rights.`, {
      cause,
    });
  }
}
