import { type Kysely, sql } from 'kysely';

/** When Temporal put an attempt into the queue; null where it is older than this, or nothing of it arrived. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table step_attempt add column queued_at timestamptz`.execute(db);
}
