import { type Insertable, type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';

type SqlType =
  | 'text'
  | 'uuid'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'double precision'
  | 'boolean'
  | 'timestamptz'
  | 'json'
  | 'digest'
  | 'score'
  | 'duration_ms'
  | 'seed'
  | 'text[]'
  | 'double precision[]';

type Column<Table extends keyof Database> = keyof Insertable<Database[Table]> & string;

/** Bounds the bytes of one statement's parameters, whatever the number of rows. */
const ROWS_PER_STATEMENT = 20_000;

/**
 * Inserts rows that are not there yet: one statement per 20,000 rows, each column travelling as one array of texts. Rows
 * whose key exists, here or in the table, are left out.
 */
export async function insertRows<Table extends keyof Database, Name extends Column<Table>>(
  db: Kysely<Database>,
  table: Table,
  types: { readonly [C in Name]: SqlType },
  rows: readonly { readonly [C in Name]: Insertable<Database[Table]>[C] }[],
): Promise<void> {
  const names = Object.keys(types) as Name[];
  const columns = sql.join(names.map((name) => sql.ref(name)));
  const typed = sql.join(
    names.map((name) => sql`${sql.ref(`given.${name}`)}::${sql.raw(types[name])}`),
  );
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const chunk = rows.slice(start, start + ROWS_PER_STATEMENT);
    const arrays = sql.join(
      names.map((name) => sql`${chunk.map((row) => textOf(row[name], types[name]))}::text[]`),
    );
    await sql`
      insert into ${sql.table(table)} (${columns})
      select ${typed} from unnest(${arrays}) as given (${columns})
      on conflict do nothing`.execute(db);
  }
}

/** For `where … = any`: one parameter, whatever the number of values. */
export function anyOf(values: readonly string[]) {
  return sql<string>`any(${values}::text[])`;
}

function textOf(value: unknown, type: SqlType): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'json') return JSON.stringify(value);
  if (Array.isArray(value)) return `{${value.map(elementOf).join(',')}}`;
  return plainText(value);
}

/** An element of an array literal: quotes and backslashes escaped, the rest untouched. */
function elementOf(value: unknown): string {
  return value === null ? 'NULL' : `"${plainText(value).replace(/["\\]/g, '\\$&')}"`;
}

/** Postgres text can't hold U+0000. */
function plainText(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('\u0000', '\uFFFD');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new RangeError(`A cell holds ${typeof value}, which is no text, number or boolean.`);
}
