import {
  type DuckDBAppender,
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
} from '@duckdb/node-api';
import { Chunk } from './duckdb-chunk.ts';
import { duckdbType, type TableColumn, type WrittenValues, writeColumn } from './duckdb-write.ts';

import { sqlName } from './sql-text.ts';

export type DatabaseOptions = {
  /** A file that holds tables bigger than memory; left out: in memory. */
  readonly path?: string;
  /** Where sorts and joins bigger than memory spill; left out: they fail at the limit. */
  readonly spillFolder?: string;
  readonly memoryMb?: number;
  readonly threads?: number;
};

/** Values for the `$1`, `$2` … of a statement. */
export type Parameter = string | number | bigint | boolean | null;
export type Row = { readonly [column: string]: unknown };

/** Rows that a chunk to write may have: DuckDB's vector size. */
export const CHUNK_ROWS = 2048;

/** A DuckDB database: reads files, sorts and joins beyond memory, writes Parquet. Nothing is fetched from any network. */
export interface Database {
  run(sql: string, ...parameters: readonly Parameter[]): Promise<void>;
  /** All rows as objects; 64-bit integers are bigint. For small results. */
  rows(sql: string, ...parameters: readonly Parameter[]): Promise<readonly Row[]>;
  /** The single number of a one-cell result. */
  count(sql: string, ...parameters: readonly Parameter[]): Promise<number>;
  /** Rows chunk by chunk; a chunk is valid until the next one is asked for. */
  stream(sql: string, ...parameters: readonly Parameter[]): AsyncGenerator<Chunk>;
  /** An empty table and a writer into it; rows keep the order in which they were written (`rowid`). */
  createTable(name: string, columns: readonly TableColumn[]): Promise<TableWriter>;
  /** Ends the running statement, which then rejects. */
  interrupt(): void;
  close(): void;
}

export interface TableWriter {
  /** Equally long columns, in the table's order. */
  append(columns: readonly WrittenValues[], rowCount: number): void;
  close(): void;
}

/** Opens a database with extension loading off and the session in UTC. Throws when the file can't be opened. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { path = ':memory:', spillFolder, memoryMb, threads } = options;
  const instance = await DuckDBInstance.create(path, {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    temp_directory: spillFolder ?? '',
    ...(memoryMb === undefined ? {} : { memory_limit: `${memoryMb}MiB` }),
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const connection = await instance.connect();
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  // Tables live for minutes: finding the best compression for text would cost three times what writing does.
  await connection.run("SET GLOBAL force_compression = 'uncompressed'");
  return new NodeDatabase(instance, connection);
}

class NodeDatabase implements Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  /** A streamed result has a connection of its own: another statement on it would cut the stream. */
  readonly #streams = new Set<DuckDBConnection>();

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async run(sql: string, ...parameters: readonly Parameter[]): Promise<void> {
    await this.#connection.run(sql, valuesOf(parameters));
  }

  async rows(sql: string, ...parameters: readonly Parameter[]): Promise<readonly Row[]> {
    const reader = await this.#connection.runAndReadAll(sql, valuesOf(parameters));
    return reader.getRowObjectsJS();
  }

  async count(sql: string, ...parameters: readonly Parameter[]): Promise<number> {
    const [row] = await this.rows(sql, ...parameters);
    return Number(Object.values(row ?? {})[0]);
  }

  async *stream(sql: string, ...parameters: readonly Parameter[]): AsyncGenerator<Chunk> {
    const connection = await this.#instance.connect();
    this.#streams.add(connection);
    try {
      const result = await connection.stream(sql, valuesOf(parameters));
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield new Chunk(chunk);
      }
    } finally {
      this.#streams.delete(connection);
      connection.closeSync();
    }
  }

  async createTable(name: string, columns: readonly TableColumn[]): Promise<TableWriter> {
    const list = columns.map((column) => `${sqlName(column.name)} ${column.type}`);
    await this.run(`CREATE TABLE ${sqlName(name)} (${list.join(', ')})`);
    return new ChunkWriter(await this.#connection.createAppender(name), columns);
  }

  interrupt(): void {
    for (const connection of [this.#connection, ...this.#streams]) connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

class ChunkWriter implements TableWriter {
  readonly #appender: DuckDBAppender;
  readonly #columns: readonly TableColumn[];

  constructor(appender: DuckDBAppender, columns: readonly TableColumn[]) {
    this.#appender = appender;
    this.#columns = columns;
  }

  append(columns: readonly WrittenValues[], rowCount: number): void {
    const types = this.#columns.map(({ type }) => duckdbType(type));
    for (let start = 0; start < rowCount; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rowCount - start);
      const chunk = DuckDBDataChunk.create(types, count);
      columns.forEach((values, i) => writeColumn(values, start, count, chunk.getColumnVector(i)));
      this.#appender.appendDataChunk(chunk);
    }
  }

  close(): void {
    this.#appender.closeSync();
  }
}

function valuesOf(parameters: readonly Parameter[]): DuckDBValue[] | undefined {
  return parameters.length === 0 ? undefined : [...parameters];
}
