import type { Kysely } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { BookmarkRecord, BookmarkStore } from '../bookmark-store.ts';
import type { Database } from './database.ts';

/** Bookmarks in a migrated Postgres; the caller owns the connection. */
export function createPostgresBookmarkStore(db: Kysely<Database>): BookmarkStore {
  return {
    async find(runId, job) {
      const found = await db
        .selectFrom('bookmark')
        .select('place')
        .where('run_id', '=', runId)
        .where('job', '=', job)
        .executeTakeFirst();
      return found && { place: found.place, arrivals: arrivalsOf(db, runId, job) };
    },

    async begin(runId, job, place) {
      const text = JSON.stringify(place);
      await db
        .insertInto('bookmark')
        .values({ run_id: runId, job, place: text })
        .onConflict((conflict) => conflict.columns(['run_id', 'job']).doUpdateSet({ place: text }))
        .execute();
    },

    async keep(runId, job, { position, content }) {
      await db
        .insertInto('arrival')
        .values({
          run_id: runId,
          job,
          position: JSON.stringify(position),
          content: Buffer.from(content.buffer, content.byteOffset, content.length),
        })
        .onConflict((conflict) => conflict.columns(['run_id', 'job', 'position']).doNothing())
        .execute();
    },

    async release(runId, jobs) {
      const all = db.deleteFrom('bookmark').where('run_id', '=', runId);
      if (jobs === undefined) await all.execute();
      else if (jobs.length > 0) await all.where('job', 'in', [...jobs]).execute();
    },
  };
}

/** One at a time: all that a batch has made may be more than memory should hold. */
async function* arrivalsOf(
  db: Kysely<Database>,
  runId: string,
  job: Digest,
): BookmarkRecord['arrivals'] & AsyncGenerator {
  for (let last = 0; ; ) {
    const next = await db
      .selectFrom('arrival')
      .select(['id', 'position', 'content'])
      .where('run_id', '=', runId)
      .where('job', '=', job)
      .where('id', '>', last)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    if (next === undefined) return;
    last = next.id;
    yield { position: next.position, content: next.content };
  }
}
