import pg from 'pg';
import { Failure } from '../domain/failure.ts';
import { suggestion } from '../domain/nearest-name.ts';

/** What a source reads from, as SQL, and as people know it. */
export type Relation = { readonly sql: string; readonly shown: string };

const NAME = /^(?:"((?:[^"]|"")+)"|([^".]+))(?:\.(?:"((?:[^"]|"")+)"|([^".]+)))?$/;
const LISTED = `SELECT n.nspname AS schema, c.relname AS name, pg_table_is_visible(c.oid) AS visible
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = ANY ('{r,v,m,f,p}') AND n.nspname NOT IN ('pg_toast')`;

type Listed = { readonly schema: string; readonly name: string; readonly visible: string };

/** The table of that name, found in the catalogue. Throws `Failure('invalid-data')` with the nearest name. */
export async function findTable(client: pg.Client, written: string): Promise<Relation> {
  const { schema, name } = parseName(written);
  const { rows } = await client.query<Listed>(LISTED);
  const found = rows.find(
    (row) =>
      row.name === name && (schema === undefined ? row.visible === 't' : row.schema === schema),
  );
  if (found !== undefined)
    return {
      sql: `${pg.escapeIdentifier(found.schema)}.${pg.escapeIdentifier(found.name)}`,
      shown: `table ${written}`,
    };
  const known = rows
    .filter((row) => !['pg_catalog', 'information_schema'].includes(row.schema))
    .map((row) =>
      row.visible === 't' && schema === undefined ? row.name : `${row.schema}.${row.name}`,
    );
  throw new Failure(
    'invalid-data',
    `There is no table \`${written}\` in the database. ${suggestion(written, known)}A name with a dot is written in double quotes.`,
  );
}

/**
 * A user's SELECT as a relation. It stands inside parentheses in one statement of a read-only transaction, so it can
 * neither hold a second statement nor write. Throws `Failure('invalid-data')` when it tries to change its own rights.
 */
export function queryRelation(query: string): Relation {
  if (/\bset_config\b/i.test(query))
    throw new Failure('invalid-data', '`data.source.query` may not change settings (set_config).');
  const select = query.trim().replace(/;\s*$/, '');
  return { sql: `(${select}\n) AS source`, shown: 'query' };
}

function parseName(written: string): {
  readonly schema: string | undefined;
  readonly name: string;
} {
  const parts = NAME.exec(written);
  if (parts === null)
    throw new Failure(
      'invalid-data',
      `\`${written}\` is no table name: write table, schema.table, or "odd.name" in double quotes.`,
    );
  const [, quotedFirst, first, quotedSecond, second] = parts;
  const [a, b] = [unquoted(quotedFirst) ?? first, unquoted(quotedSecond) ?? second];
  return b === undefined ? { schema: undefined, name: a ?? '' } : { schema: a, name: b };
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replaceAll('""', '"');
}
