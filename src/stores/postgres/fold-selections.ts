import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { TakenOver, TrainedPartition } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';
import { anyOf, insertRows } from './rows.ts';
import { RUNS_IN_QUARANTINE } from './take-over.ts';

type FoldSelectionRecords = Pick<RunStore, 'earlierFoldSelections' | 'takenFoldSelections'>;

export function foldSelectionRecords(db: Kysely<Database>): FoldSelectionRecords {
  return {
    async earlierFoldSelections(keys) {
      const { rows } = await sql<{ readonly key: Digest; readonly runId: string }>`
        select distinct on (part.selection_key) part.selection_key as key,
          coalesce(fold_selection.origin_run_id, fold_selection.run_id) as "runId"
        from run_partition part join fold_selection using (run_id, partition_id)
        where part.selection_key = ${anyOf(keys)}
          and fold_selection.run_id not in (select run_id from deleted_run)
          and coalesce(fold_selection.origin_run_id, fold_selection.run_id) not in (${RUNS_IN_QUARANTINE})
        order by part.selection_key, fold_selection.run_id`.execute(db);
      return rows;
    },

    async takenFoldSelections(runId, partitionIds) {
      const rows = await db
        .selectFrom('fold_selection')
        .select(['partition_id', 'document'])
        .where('run_id', '=', runId)
        .where('partition_id', '=', anyOf(partitionIds))
        .where('origin_run_id', 'is not', null)
        .execute();
      return new Map(rows.map(({ partition_id: id, document }) => [id, document]));
    },
  };
}

/** Copies what earlier runs selected, with a link to those that did it: one statement, whatever their number. */
export async function takeOverFoldSelections(
  db: Kysely<Database>,
  runId: string,
  taken: readonly TakenOver[],
): Promise<void> {
  if (taken.length === 0) return;
  const ids = taken.map(({ partitionId }) => partitionId);
  const runs = taken.map(({ from }) => from);
  await sql`
    insert into fold_selection (run_id, partition_id, origin_run_id, document)
    select ${runId}::uuid, earlier.partition_id,
      coalesce(earlier.origin_run_id, earlier.run_id), earlier.document
    from unnest(${ids}::text[], ${runs}::uuid[]) as given (partition_id, run_id)
    join fold_selection as earlier using (run_id, partition_id)`.execute(db);
}

/** What a batch selected itself. */
export async function insertFoldSelections(
  db: Kysely<Database>,
  runId: string,
  trained: readonly TrainedPartition[],
): Promise<void> {
  await insertRows(
    db,
    'fold_selection',
    { run_id: 'uuid', partition_id: 'text', document: 'json' },
    trained.flatMap((one) =>
      one.kind === 'failed' || one.foldSelections === undefined
        ? []
        : [{ run_id: runId, partition_id: one.partitionId, document: one.foldSelections }],
    ),
  );
}
