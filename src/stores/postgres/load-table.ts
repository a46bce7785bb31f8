import { type Kysely, sql } from 'kysely';
import { connectDatabase } from './connect.ts';
import type { Database } from './database.ts';

export type LoadColumn = {
  readonly name: string;
  readonly type: 'text' | 'bigint' | 'double precision' | 'timestamptz';
  readonly values: readonly (string | number | null)[];
};

/** Replaces a user's table in one transaction: readers see the old rows or the new ones. */
export async function loadTable(
  url: string,
  table: string,
  columns: readonly LoadColumn[],
): Promise<void> {
  const database = connectDatabase({ url, application: 'partita load', maxConnections: 1 });
  try {
    await database.transaction().execute((transaction) => replace(transaction, table, columns));
  } finally {
    await database.destroy();
  }
}

async function replace(
  db: Kysely<Database>,
  table: string,
  columns: readonly LoadColumn[],
): Promise<void> {
  const names = sql.join(columns.map(({ name }) => sql.ref(name)));
  const definitions = columns.map(({ name, type }) => sql`${sql.ref(name)} ${sql.raw(type)}`);
  const arrays = columns.map(
    ({ type, values }) =>
      sql`${values.map((value) => value?.toString() ?? null)}::text[]::${sql.raw(type)}[]`,
  );
  await sql`drop table if exists ${sql.table(table)}`.execute(db);
  await sql`create table ${sql.table(table)} (${sql.join(definitions)})`.execute(db);
  await sql`insert into ${sql.table(table)} (${names}) select * from unnest(${sql.join(arrays)})`.execute(
    db,
  );
}
