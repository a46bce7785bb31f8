import { type Kysely, sql } from 'kysely';

/** A candidate may be given up by the search or a budget: neither fitted everywhere nor failed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table candidate
      drop constraint candidate_status_check,
      add constraint candidate_status_check check (status in ('ok', 'failed', 'dropped'));
  `.execute(db);
}
