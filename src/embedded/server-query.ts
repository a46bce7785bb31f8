import pg from 'pg';

/** One row of an answer, by column name. */
export type ServerRow = { readonly [column: string]: unknown };

/**
 * Asks a Postgres server one question on a connection of its own, and closes it: for starting, checking and preparing
 * servers, where no pool exists yet. Rejects with the driver's error; its `code` is the SQLSTATE or the system's code.
 */
export async function queryServer(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly ServerRow[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes away between two statements tells so by an event as well as by the rejected query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<ServerRow>(sql, [...values]);
    return answer.rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes the database unless it is there. The name is quoted, so any text is a name. */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  const found = await queryServer(url, 'select 1 from pg_database where datname = $1', [name]);
  if (found.length > 0) return;
  try {
    await queryServer(url, `create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process made it at the same moment: duplicate_database, or the unique index behind it.
    if (!['42P04', '23505'].includes((error as { readonly code?: string }).code ?? '')) throw error;
  }
}

/** Removes the database and closes whatever is still connected to it. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await queryServer(url, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
}
