import { type Kysely, sql } from 'kysely';

/** Which kind of failure ended a run: the exit code of whoever hears of it is told by the kind. Null: a bug, or none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table run add column error_kind text;
  `.execute(db);
}
