import type { Kysely } from 'kysely';
import type { AuditStore } from '../audit-store.ts';
import type { Database } from './database.ts';

/** Keeps the trail in a table that takes new rows only. */
export function createPostgresAuditStore(db: Kysely<Database>): AuditStore {
  return {
    async append({ requestId, actor, role, action, target, status }) {
      await db
        .insertInto('audit_event')
        .values({
          request_id: requestId,
          actor,
          role,
          action,
          target: JSON.stringify(target).replaceAll('\\u0000', '\\ufffd'),
          status,
        })
        .execute();
    },

    async list({ before, limit }) {
      let query = db.selectFrom('audit_event').selectAll().orderBy('id', 'desc').limit(limit);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map(({ request_id: requestId, ...event }) => ({
        ...event,
        requestId,
      }));
    },
  };
}
