import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';

/**
 * Partitions of runs that train on what has drifted, each with a snapshot whose rows it kept: `run_id, partition_id,
 * snapshot_id`. What a run kept stands in its own snapshot, and nothing there tells of the earlier one but the rows themselves:
 * later snapshots may hold them, too, and nobody kept them of those.
 */
export const KEPT_ROWS: RawBuilder<unknown> = sql`
  select drift.run_id, drift.partition_id, taken.snapshot_id
  from drift
  join run_snapshot using (run_id)
  join snapshot_partition as own
    on own.snapshot_id = run_snapshot.snapshot_id and own.partition_id = drift.partition_id
  join snapshot_partition as taken
    on taken.partition_id = own.partition_id and taken.digest = own.digest
    and taken.snapshot_id <= own.snapshot_id
  where drift.status = 'steady'`;

/** Of a run: those that kept rows of a snapshot that is in quarantine now. */
export async function keptFromQuarantine(
  db: Kysely<Database>,
  runId: string,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ readonly id: string }>`
    select kept.partition_id as id
    from quarantine join snapshot on snapshot.digest = quarantine.digest
    join (${KEPT_ROWS}) as kept on kept.snapshot_id = snapshot.id
    where subject = 'snapshot' and kept.run_id = ${runId}`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
