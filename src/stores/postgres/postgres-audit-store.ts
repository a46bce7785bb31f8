import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { AuditEvent, AuditFilter, AuditStore, ChainEntry } from '../audit-store.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { appendAudit } from './append-audit.ts';
import type { Database } from './database.ts';
import { headOf, verifyAudit } from './verify-audit.ts';

const PAGE = 1000;

/** Keeps the trail in a table that takes new rows only, each chained to the one before it. */
export function createPostgresAuditStore(db: Kysely<Database>): AuditStore {
  return {
    append: (event) => db.transaction().execute((transaction) => appendAudit(transaction, event)),

    appendOnce: (event) =>
      db.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.once})`.execute(transaction);
        const stands = await transaction
          .selectFrom('audit_event')
          .select('seq')
          .where('action', '=', event.action)
          .where(sql`target->>'run'`, '=', event.target.run)
          .where(sql<boolean>`target::jsonb = ${JSON.stringify(event.target)}::jsonb`)
          .executeTakeFirst();
        if (stands === undefined) await appendAudit(transaction, event);
      }),

    async list({ before, limit, ...filter }) {
      let query = db
        .selectFrom('audit_event')
        .where(matching(filter))
        .select(['seq as id', 'at', 'request_id as requestId', 'actor', 'role', 'action', 'target'])
        .select(['status', 'before', 'after', 'reason'])
        .orderBy('seq', 'desc')
        .limit(limit);
      if (before !== undefined) query = query.where('seq', '<', before);
      return (await query.execute()) satisfies readonly AuditEvent[];
    },

    head: () => headOf(db),
    entries: () => entriesOf(db),
    verify: () => verifyAudit(db),
  };
}

/** True for the events that are asked for. */
function matching({ actor, action, subject, since, until }: AuditFilter): RawBuilder<boolean> {
  const wanted = [
    actor === undefined ? [] : sql`actor = ${stored(actor)}`,
    action === undefined ? [] : sql`starts_with(action, ${stored(action)})`,
    subject === undefined
      ? []
      : sql`exists (select from json_each_text(target) as part
          where starts_with(part.value, ${stored(subject)}))`,
    since === undefined ? [] : sql`at >= ${since}::timestamptz`,
    until === undefined ? [] : sql`at < ${until}::timestamptz`,
  ].flat();
  return wanted.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(wanted, sql` and `)}`;
}

/** Postgres text can't hold U+0000: events are stored without it. */
function stored(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}

async function* entriesOf(db: Kysely<Database>): AsyncGenerator<ChainEntry> {
  for (let after = 0; ; ) {
    const { rows } = await sql<ChainEntry>`
      select seq, encode(hash, 'hex') as hash, encode(prev_hash, 'hex') as prev,
        audit_payload(e) as payload
      from audit_event e where seq > ${after} order by seq limit ${PAGE}`.execute(db);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.seq;
  }
}
