/** Reads Postgres tables and queries: a door to `pg` beside the store's, since a source is any server of the user's. */
import pg from 'pg';
import { Failure } from '../domain/failure.ts';
import type { TableType } from '../frame/duckdb-write.ts';
import { refuseUnlessDropped } from './file-columns.ts';
import {
  describeColumns,
  oneStatement,
  type PostgresColumn,
  valuesOf,
} from './postgres-columns.ts';
import { openRelation, type PostgresSource } from './postgres-reading.ts';
import type { Relation } from './postgres-relation.ts';
import {
  type LoadContext,
  RAW,
  type RawTable,
  rawColumnName,
  type SourceReader,
} from './raw-table.ts';
import { tooManyCells } from './read-failure.ts';
import { shownUrl } from './source-url.ts';

/** Rows per round trip: a few megabytes for wide tables. */
const FETCH_ROWS = 8192;

type HeldColumn = PostgresColumn & { readonly type: TableType };

/** A table or query, streamed through a cursor in one read-only transaction: one state of the data, memory of a page. */
export const loadPostgres: SourceReader<PostgresSource> = async (
  source,
  context,
): Promise<RawTable> => {
  const url = context.sourceUrl;
  if (url === undefined)
    throw new Failure('invalid-spec', 'The Postgres source has no address: set `data.source.url`.');
  return openRelation(source, url, context.signal, async (client, relation) => {
    const read = await streamInto(client, relation, context);
    return { ...read, location: `${shownUrl(url)} ${relation.shown}` };
  });
};

async function streamInto(
  client: pg.Client,
  relation: Relation,
  context: LoadContext,
): Promise<Omit<RawTable, 'location'>> {
  const described = await describeColumns(client, relation.sql);
  const held = described.filter((column): column is HeldColumn => column.type !== null);
  const leftOut = described
    .filter(({ type }) => type === null)
    .map(({ name, sourceType }) => ({ name, type: sourceType }));
  for (const column of leftOut) refuseUnlessDropped(column, context.isDropped);

  const list = held.map(({ name, select }) => select(pg.escapeIdentifier(name)));
  const limit = context.rowLimit === undefined ? '' : ` LIMIT ${context.rowLimit}`;
  await client.query(
    oneStatement(
      `DECLARE rows NO SCROLL CURSOR FOR SELECT ${list.join(', ')} FROM ${relation.sql}${limit}`,
    ),
  );
  await fetchAll(client, held, relation, context);
  const columns = held.map(({ name, sourceType, type }, i) => ({
    name,
    sourceType,
    column: rawColumnName(i),
    type: type === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : type,
    infer: 'nothing' as const,
  }));
  return { columns, leftOut };
}

async function fetchAll(
  client: pg.Client,
  held: readonly HeldColumn[],
  { shown }: Relation,
  { database, signal, maxCells, onProgress }: LoadContext,
): Promise<void> {
  const writer = await database.createTable(
    RAW,
    held.map(({ type }, i) => ({ name: rawColumnName(i), type })),
  );
  let rows = 0;
  for (;;) {
    const page = await client.query<(string | null)[]>({
      text: `FETCH ${FETCH_ROWS} FROM rows`,
      rowMode: 'array',
    });
    signal.throwIfAborted();
    rows += page.rows.length;
    if (rows * held.length > maxCells)
      throw tooManyCells(`The ${shown}`, rows, held.length, maxCells);
    writer.append(
      held.map(({ type }, i) => valuesOf(page.rows, i, type)),
      page.rows.length,
    );
    onProgress({ step: 'reading', rows });
    if (page.rows.length < FETCH_ROWS) break;
  }
  writer.close();
}
