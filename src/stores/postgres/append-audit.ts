import { type Kysely, sql } from 'kysely';
import type { NewAuditEvent } from '../audit-store.ts';
import type { Database } from './database.ts';

/** Adds an event to the chain: the last thing that a transaction does, because from here on writers wait for each other. */
export async function appendAudit(db: Kysely<Database>, event: NewAuditEvent): Promise<void> {
  await db
    .insertInto('audit_event')
    .values({
      request_id: event.requestId ?? null,
      actor: event.actor,
      role: event.role,
      action: event.action,
      target: textOf(event.target) ?? '{}',
      status: event.status ?? null,
      before: textOf(event.before),
      after: textOf(event.after),
      reason: event.reason ?? null,
    })
    .execute();
}

/** Vouches for every row that a step has recorded. */
export async function auditStep(
  db: Kysely<Database>,
  stepId: number,
  actor: string,
): Promise<void> {
  await sql`select audit_step(${stepId}::bigint, ${actor})`.execute(db);
}

/** Vouches for what a run is (`run.created`), or for how it stands now. */
export async function auditRun(
  db: Kysely<Database>,
  runId: string,
  event: {
    readonly action: 'run.created' | 'run.status' | 'run.alarm';
    readonly actor: string;
    readonly role: NewAuditEvent['role'];
    readonly before?: string;
    readonly reason?: string | null;
  },
): Promise<void> {
  const describe = event.action === 'run.created' ? sql`audited_run` : sql`audited_state`;
  const before = event.before === undefined ? null : JSON.stringify({ status: event.before });
  await sql`
    insert into audit_event (actor, role, action, target, before, after, reason)
    values (${event.actor}, ${event.role}, ${event.action},
      json_build_object('run', ${runId}::text), ${before}::json, ${describe}(${runId}::uuid),
      ${event.reason ?? null})`.execute(db);
}

/** Postgres text can't hold U+0000. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');
}
