import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { Reachable } from '../retention-store.ts';
import type { Database } from './database.ts';

/**
 * Everything that a kept run reaches. Rows of a run that took over a training point to the packs themselves, so what is
 * shared stays as long as one of its runs does.
 */
export async function reachableFrom(
  db: Kysely<Database>,
  without: readonly string[],
): Promise<Reachable> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      const running = await sql<{ since: string | null }>`
        select min(created_at) as since from run where status in ('PENDING', 'RUNNING')`.execute(
        transaction,
      );
      const since = running.rows[0]?.since ?? null;
      const kept = sql`kept (run_id) as (
        select id from run where not exists (
          select from deleted_run where deleted_run.run_id = run.id and kind = 'purge')
        and id <> all(${without}::uuid[]))`;
      const objects = await sql<{ digest: Digest }>`with ${kept} ${FILES_OF_KEPT}`.execute(
        transaction,
      );
      const known = await sql<{ digest: Digest }>`
        with kept (run_id) as (select id from run) ${FILES_OF_KEPT}`.execute(transaction);
      const sources = await sql<{ path: string; baseFolder: string; isKept: boolean }>`
        with ${kept}
        select distinct run.base_folder as "baseFolder", kept.run_id is not null as "isKept",
          spec.document->'data'->'source'->>'path' as path
        from run left join kept on kept.run_id = run.id join spec on spec.digest = run.spec_digest
        where spec.document->'data'->'source'->>'path' is not null`.execute(transaction);
      const gone = await sql<{ id: string }>`
        with ${kept} select id from run where id not in (select run_id from kept)`.execute(
        transaction,
      );
      return {
        objects: new Set(objects.rows.map(({ digest }) => digest)),
        known: new Set(known.rows.map(({ digest }) => digest)),
        sources: sources.rows.filter(({ isKept }) => isKept),
        purgedSources: sources.rows.filter(({ isKept }) => !isKept),
        purged: new Set(gone.rows.map(({ id }) => id)),
        runningSince: since === null ? null : new Date(since),
      };
    });
}

/** Objects that lie in the store under their own digest, of the runs of the table expression `kept`. */
const FILES_OF_KEPT = sql`
  select file_digest as digest from run_snapshot join kept using (run_id)
  union select folds_digest from run_plan join kept using (run_id)
  union select predictions_pack from training join kept using (run_id)
    where predictions_pack is not null
  union select pack_digest from model join kept using (run_id)
  union select html_digest from run_report join kept using (run_id)
  union select json_digest from run_report join kept using (run_id)
  union select step_io.digest from step_io join kept using (run_id)
    join object using (digest) where object.kind in
      ('snapshot_file', 'folds', 'model_pack', 'prediction_pack', 'report')`;
