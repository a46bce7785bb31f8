import pg from 'pg';
import { describeColumns } from './postgres-columns.ts';
import { postgresFailure } from './postgres-failure.ts';
import { findTable, queryRelation, type Relation } from './postgres-relation.ts';

const CONNECT_MS = 10_000;
/** For one round trip, the first of which runs what the query sorts. */
const STATEMENT_MS = 600_000;

export type PostgresSource = {
  readonly kind: 'postgres';
  readonly url?: string | undefined;
  readonly table?: string | undefined;
  readonly query?: string | undefined;
};
/**
 * Opens a table or query in one read-only transaction, and closes it after `work`. Throws a `Failure` without the
 * address's secrets, and the signal's reason when aborted.
 */
export async function openRelation<Result>(
  source: PostgresSource,
  url: string,
  signal: AbortSignal,
  work: (client: pg.Client, relation: Relation) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    // It says nothing while what was read is written down, and firewalls forget who is silent.
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    application_name: 'partita source',
    // Values come as text and are read by our own rules; the driver's parsers would round and shift zones.
    types: { getTypeParser: () => (text: string) => text },
  });
  // A server that goes away tells so by an event as well as by the rejected query.
  client.on('error', () => undefined);
  const leave = (): void => void client.end();
  signal.addEventListener('abort', leave, { once: true });
  try {
    await client.connect();
    await beginReading(client);
    const relation =
      source.table === undefined
        ? queryRelation(source.query ?? '')
        : await findTable(client, source.table);
    return await work(client, relation);
  } catch (error) {
    signal.throwIfAborted();
    throw postgresFailure(error, url);
  } finally {
    signal.removeEventListener('abort', leave);
    await client.end().catch(() => undefined);
  }
}

/** Looks whether the server answers, has the table or understands the query; reads no row. Throws as reading does. */
export async function checkPostgres(source: PostgresSource, url: string): Promise<void> {
  const { signal } = new AbortController();
  await openRelation(source, url, signal, (client, { sql }) => describeColumns(client, sql));
}

/** Nothing can be written, waited for without end, or read with a superuser's rights. */
async function beginReading(client: pg.Client): Promise<void> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(
    `SET LOCAL statement_timeout = ${STATEMENT_MS}; SET LOCAL lock_timeout = ${CONNECT_MS}; SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 3; SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL DateStyle = 'ISO'`,
  );
  const { rows } = await client.query<{ readonly rolsuper: string }>(
    'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
  );
  if (rows[0]?.rolsuper === 't') await client.query('SET LOCAL ROLE pg_read_all_data');
}
