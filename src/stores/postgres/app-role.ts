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
    await sql`revoke insert on kysely_migration, kysely_migration_lock, audit_head from ${role}`.execute(
      transaction,
    );
  });
}

/** Whether every table that a migration has made so far is open to it. */
async function isOpen<Schema>(db: Kysely<Schema>, app: string): Promise<boolean> {
  const { rows } = await sql<{ isOpen: boolean }>`
    select coalesce(bool_and(has_table_privilege(${app}, oid, 'select')), false) as "isOpen"
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')`.execute(
    db,
  );
  return rows[0]?.isOpen ?? false;
}
