import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { Withheld } from '../quarantine-store.ts';
import { GLOBAL_PARTITION } from '../run-records.ts';
import { blendsOf } from './blends.ts';
import type { Database } from './database.ts';
import { KEPT_ROWS } from './kept-rows.ts';
import { GLOBAL_ORDINAL, IS_ABOVE, IS_BELOW } from './partition-record.ts';

/** What of a run is in quarantine: one statement over the quarantines that stand, which are few. */
export async function withheldOf(db: Kysely<Database>, runId: string): Promise<Withheld> {
  const { rows } = await sql<{
    readonly digest: Digest | null;
    readonly text: string | null;
    readonly reason: string;
  }>`
    select model.digest, null as text, quarantine.reason
      from quarantine join model on model.digest = quarantine.digest
      where subject = 'model' and model.run_id = ${runId}
    union all
    select model.digest, null, quarantine.reason
      from quarantine join run_partition as bad on bad.digest = quarantine.digest
      join run_partition as place on place.run_id = bad.run_id
        and (place.partition_id in (bad.partition_id, bad.merged_into) or ${IS_ABOVE} or ${IS_BELOW})
      join model on model.run_id = place.run_id and model.partition_id = place.partition_id
      where subject = 'rows' and bad.run_id = ${runId} and bad.ordinal <> ${GLOBAL_ORDINAL}
    union all
    select model.digest, null, quarantine.reason
      from quarantine join snapshot on snapshot.digest = quarantine.digest
      join run_snapshot on run_snapshot.snapshot_id = snapshot.id
      join model on model.run_id = run_snapshot.run_id
      where subject = 'snapshot' and model.run_id = ${runId}
    union all
    -- Fitted by a run that read the snapshot.
    select model.digest, null, quarantine.reason
      from quarantine join snapshot on snapshot.digest = quarantine.digest
      join run_snapshot on run_snapshot.snapshot_id = snapshot.id
      join training on training.origin_run_id = run_snapshot.run_id
      join model on model.run_id = training.run_id and model.partition_id = training.partition_id
      where subject = 'snapshot' and training.run_id = ${runId}
    union all
    -- Fitted on columns that were selected by a run that read it.
    select model.digest, null, quarantine.reason
      from quarantine join snapshot on snapshot.digest = quarantine.digest
      join run_snapshot on run_snapshot.snapshot_id = snapshot.id
      join fold_selection as taken on taken.origin_run_id = run_snapshot.run_id
      join model on model.run_id = taken.run_id and model.partition_id = taken.partition_id
      where subject = 'snapshot' and taken.run_id = ${runId}
    union all
    -- Fitted on rows that were kept from the snapshot.
    select model.digest, null, quarantine.reason
      from quarantine join snapshot on snapshot.digest = quarantine.digest
      join (${KEPT_ROWS}) as kept on kept.snapshot_id = snapshot.id
      join run_partition as bad using (run_id, partition_id)
      join run_partition as place on place.run_id = bad.run_id
        and (place.partition_id in (bad.partition_id, bad.merged_into) or ${IS_ABOVE})
      join model on model.run_id = place.run_id and model.partition_id = place.partition_id
      where subject = 'snapshot' and kept.run_id = ${runId}
    union all
    select null, quarantine.partition, quarantine.reason
      from quarantine join run on run.experiment_id = quarantine.experiment_id
      where subject = 'partition' and run.id = ${runId}`.execute(db);
  return {
    models: new Map(rows.flatMap(({ digest, reason }) => (digest ? [[digest, reason]] : []))),
    partitions: new Map(
      rows.flatMap(({ text, reason }) => (text === null ? [] : [[text, reason]])),
    ),
  };
}

/** Partitions of a run whose chosen answer is in quarantine: how many, and one of them. */
export async function withheldAnswers(
  db: Kysely<Database>,
  runId: string,
): Promise<{ readonly count: number; readonly first: string; readonly reason: string } | null> {
  const { models, partitions } = await withheldOf(db, runId);
  if (models.size === 0 && partitions.size === 0) return null;
  const rows = await db
    .selectFrom('choice')
    .innerJoin('run_partition', (join) =>
      join
        .onRef('run_partition.run_id', '=', 'choice.run_id')
        .onRef('run_partition.partition_id', '=', 'choice.partition_id'),
    )
    .where('choice.run_id', '=', runId)
    .where('run_partition.ordinal', '>=', 0)
    .where('choice.model_digest', 'is not', null)
    .orderBy('run_partition.ordinal')
    .select((expression) => [
      'run_partition.partition_id',
      'run_partition.text',
      'choice.model_digest',
      // Its own, or that of the union it was merged into.
      expression
        .exists(
          expression
            .selectFrom('model')
            .whereRef('model.run_id', '=', 'choice.run_id')
            .whereRef('model.digest', '=', 'choice.model_digest')
            .where('model.partition_id', '!=', GLOBAL_PARTITION)
            .where('model.partition_id', 'not in', parentIds(db, runId)),
        )
        .as('isOwn'),
    ])
    .execute();
  const blends = await blendsOf(db, runId);
  const found = rows.flatMap(({ partition_id: id, text, model_digest: digest, isOwn }) => {
    const parts = blends.get(id)?.parts.map(({ model }) => model);
    const answering = parts ?? (digest === null ? [] : [digest]);
    const ofPartition = isOwn || parts !== undefined ? partitions.get(text) : undefined;
    const ofModel = answering.flatMap((model) => models.get(model) ?? []);
    const reason = ofModel[0] ?? ofPartition;
    return reason === undefined ? [] : [{ text, reason }];
  });
  const [first] = found;
  if (first === undefined) return null;
  return { count: found.length, first: first.text, reason: first.reason };
}

function parentIds(db: Kysely<Database>, runId: string) {
  return db
    .selectFrom('run_partition')
    .select('partition_id')
    .where('run_id', '=', runId)
    .where('ordinal', '<', GLOBAL_ORDINAL);
}
