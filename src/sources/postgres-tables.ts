import pg from 'pg';
import { postgresFailure } from './postgres-failure.ts';

export type TableSummary = {
  /** As a spec names it. */
  readonly table: string;
  /** As the server estimates; null = never analysed. */
  readonly rows: number | null;
};

/** More tables than this are not listed: they are named instead. */
const MAX_LISTED = 2_000;
const CONNECT_MS = 10_000;
const STATEMENT_MS = 20_000;

const LISTED = `SELECT n.nspname AS schema, c.relname AS name, pg_table_is_visible(c.oid) AS visible, c.reltuples::float8 AS rows
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = ANY ('{r,v,m,f,p}') AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND has_table_privilege(c.oid, 'SELECT')
  ORDER BY 1, 2 LIMIT ${MAX_LISTED}`;

type Listed = {
  readonly schema: string;
  readonly name: string;
  readonly visible: boolean;
  readonly rows: number;
};

/** Tables and views that may be read, in the order of schema and name. Throws a `Failure` without the address's secrets. */
export async function listTables(url: string): Promise<readonly TableSummary[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    application_name: 'partita source',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN READ ONLY');
    const { rows } = await client.query<Listed>(LISTED);
    return rows.map(({ schema, name, visible, rows: estimate }) => ({
      table: visible ? written(name) : `${written(schema)}.${written(name)}`,
      rows: estimate < 0 ? null : Math.round(estimate),
    }));
  } catch (error) {
    throw postgresFailure(error, url);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A name with a dot or a quote stands in double quotes, as a spec writes it. */
function written(name: string): string {
  return /[".]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
