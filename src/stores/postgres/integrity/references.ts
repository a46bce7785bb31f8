import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../database.ts';
import { type Invariant, TOUCHED } from './invariant.ts';

type ForeignKey = {
  readonly name: string;
  readonly child: string;
  readonly parent: string;
  readonly columns: readonly string[];
  readonly referenced: readonly string[];
};

/** No row points to what is not there: an invariant for every foreign key of the schema, which a restore may have passed by. */
export async function references(record: Transaction<Database>): Promise<readonly Invariant[]> {
  const { rows } = await sql<ForeignKey>`
    select conname as name, child.relname as child, parent.relname as parent,
      array(select attname::text from unnest(conkey) with ordinality as key (number, place)
        join pg_attribute on attrelid = conrelid and attnum = number order by place) as columns,
      array(select attname::text from unnest(confkey) with ordinality as key (number, place)
        join pg_attribute on attrelid = confrelid and attnum = number order by place) as referenced
    from pg_constraint
    join pg_class child on child.oid = conrelid join pg_class parent on parent.oid = confrelid
    where contype = 'f' and connamespace = 'public'::regnamespace
    order by conname`.execute(record);
  return rows.map((key) => ({
    name: key.name,
    what: `rows of ${key.child} whose ${key.columns.join(' and ')} no row of ${key.parent} has`,
    remedy: TOUCHED,
    offenders: dangling(key),
  }));
}

/** As the server reads a key: with a null in it, it points nowhere. */
function dangling({ child, parent, columns, referenced }: ForeignKey): RawBuilder<{ id: string }> {
  const own = columns.map((name) => sql.ref(`t.${name}`));
  const isSame = columns.map(
    (name, i) => sql`there.${sql.ref(referenced[i] ?? name)} = t.${sql.ref(name)}`,
  );
  return sql`
    select concat_ws(' ', ${sql.join(own)}) as id from ${sql.table(child)} t
    where num_nulls(${sql.join(own)}) = 0 and not exists (
      select from ${sql.table(parent)} there where ${sql.join(isSame, sql` and `)})`;
}
