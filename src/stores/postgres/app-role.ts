import { type Kysely, sql } from 'kysely';
import { ADVISORY_LOCKS } from './advisory-locks.ts';

/** What may change after it was written, and in which columns; everything else only grows. */
const CHANGING: { readonly [table: string]: readonly string[] } = {
  run: ['status', 'error', 'error_kind', 'not_reproducible', 'started_at', 'ended_at'],
  step: ['attempt', 'activity_id'],
  outbox: ['told_at', 'refusal'],
  bookmark: ['place'],
  // Its key, which is given by the server alone: rows are locked, never changed.
  experiment: ['id'],
};
/** What is kept for a while only. */
const PASSING = ['bookmark', 'arrival'] as const;
/** What only the owner and the guard of history add to. */
const CLOSED = ['kysely_migration', 'kysely_migration_lock', 'audit_head'] as const;

/**
 * Lets the account `app` read everything, add to every table and change what may change: the history that the owner of the
 * tables (who asks) has made is closed to it. Does nothing where that is so already, unless the schema `isNew`.
 */
export async function openToApp<Schema>(
  db: Kysely<Schema>,
  app: string,
  isNew: boolean,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    // Two who grant at once would stumble over each other.
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.opening})`.execute(transaction);
    if (!isNew && (await isOpen(transaction, app))) return;
    const role = sql.id(app);
    await sql`
      grant usage on schema public to ${role};
      grant select, insert on all tables in schema public to ${role};
    `.execute(transaction);
    for (const [table, columns] of Object.entries(CHANGING))
      await sql`grant update (${sql.join(columns.map((name) => sql.id(name)))})
        on ${sql.table(table)} to ${role}`.execute(transaction);
    for (const table of PASSING)
      await sql`grant delete on ${sql.table(table)} to ${role}`.execute(transaction);
    const closed = sql.join(CLOSED.map((name) => sql.table(name)));
    await sql`revoke insert on ${closed} from ${role}`.execute(transaction);
  });
}

/** Whether it has every right already that would be granted: one may have been lost in a restore, or by hand. */
async function isOpen<Schema>(db: Kysely<Schema>, app: string): Promise<boolean> {
  const changing = Object.entries(CHANGING).flatMap(([table, columns]) =>
    columns.map((column) => ({ table, column })),
  );
  const [tables, columns] = [changing.map(({ table }) => table), changing.map((it) => it.column)];
  const { rows } = await sql<{ isOpen: boolean }>`
    select coalesce(bool_and(has_table_privilege(${app}, oid, 'select')
        and (relname = any(${CLOSED}::text[]) or has_table_privilege(${app}, oid, 'insert'))), false)
      and (select bool_and(has_column_privilege(${app}, name, changed, 'update'))
        from unnest(${tables}::text[], ${columns}::text[]) as changing (name, changed))
      and (select bool_and(has_table_privilege(${app}, name, 'delete'))
        from unnest(${PASSING}::text[]) as passing (name)) as "isOpen"
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')`.execute(
    db,
  );
  return rows[0]?.isOpen ?? false;
}
