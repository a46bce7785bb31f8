import { type Kysely, sql } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { parsePartitionText } from '../../domain/partition.ts';
import type { Snapshot, SnapshotPartition } from '../../sources/snapshot.ts';
import type { PartitionDrift } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';
import { type KnownObject, knowObjects } from './objects.ts';
import { recordStep } from './record-step.ts';
import { anyOf, insertRows } from './rows.ts';
import { insertStepIo } from './step-io.ts';

type Snapshots = Pick<
  RunStore,
  'recordSnapshot' | 'adoptSnapshot' | 'drift' | 'snapshotBatch' | 'snapshotPartitions'
>;

/** Rows of a page. */
const PAGE = 1_000;

export function snapshotRecords(db: Kysely<Database>): Snapshots {
  return {
    async recordSnapshot(runId, snapshot, parquet, attempt, drift) {
      const step = { runId, stage: 'snapshot', scope: 'own', batch: 0, attempt } as const;
      await recordStep(
        db,
        { ...step, outputDigest: snapshot.digest },
        async (transaction, stepId) => {
          await knowObjects(transaction, objectsOf(snapshot, parquet));
          const snapshotId = await insertSnapshot(transaction, snapshot);
          await insertReading(transaction, runId, snapshotId, snapshot, parquet.digest);
          if (drift !== undefined) await insertDrift(transaction, runId, drift());
          await insertStepIo(transaction, stepId, runId, [
            { direction: 'out', role: 'snapshot', digest: snapshot.digest },
            { direction: 'out', role: 'file', digest: parquet.digest },
          ]);
        },
      );
    },

    drift: (runId) => readDrift(db, runId),

    async adoptSnapshot(runId, originRunId, attempt) {
      const origin = await db
        .selectFrom('run_snapshot')
        .innerJoin('snapshot', 'snapshot.id', 'run_snapshot.snapshot_id')
        .select(['snapshot.digest', 'run_snapshot.file_digest'])
        .where('run_snapshot.run_id', '=', originRunId)
        .executeTakeFirst();
      if (origin === undefined) return false;
      const { digest, file_digest: file } = origin;
      const step = { runId, stage: 'snapshot', scope: 'own', batch: 0, attempt } as const;
      await recordStep(db, { ...step, outputDigest: digest }, async (transaction, stepId) => {
        await sql`
          insert into run_snapshot
            (run_id, snapshot_id, file_digest, columns, source, excluded, cutoffs, warnings)
          select ${runId}::uuid, snapshot_id, file_digest, columns, source, excluded, cutoffs, warnings
          from run_snapshot where run_id = ${originRunId}`.execute(transaction);
        await adoptDrift(transaction, runId, originRunId);
        await insertStepIo(transaction, stepId, runId, [
          { direction: 'in', role: 'snapshot', digest },
          { direction: 'out', role: 'file', digest: file },
        ]);
      });
      return true;
    },

    async snapshotPartitions(runId) {
      const rows = await selectSnapshotPartitions(db, runId).orderBy('ordinal').execute();
      return rows.map(snapshotPartitionFromRow);
    },

    async snapshotBatch(runId, number) {
      const { partition_ids: ids } = await selectBatch(db, runId, 'profile', number);
      const rows = await selectSnapshotPartitions(db, runId)
        .where('snapshot_partition.partition_id', '=', anyOf(ids))
        .execute();
      const byId = new Map(rows.map((row) => [row.partition_id, snapshotPartitionFromRow(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
  };
}

export async function selectBatch(
  db: Kysely<Database>,
  runId: string,
  stage: Database['batch']['stage'],
  number: number,
): Promise<{ readonly partition_ids: readonly string[] }> {
  const batch = await db
    .selectFrom('batch')
    .select('partition_ids')
    .where('run_id', '=', runId)
    .where('stage', '=', stage)
    .where('number', '=', number)
    .executeTakeFirst();
  if (batch !== undefined) return batch;
  throw new Failure('not-found', `Run ${runId} has no batch ${number} planned for ${stage}.`);
}

/** The partitions of the snapshot that a run reads. */
export function selectSnapshotPartitions(db: Kysely<Database>, runId: string) {
  return db
    .selectFrom('run_snapshot')
    .innerJoin('snapshot_partition', 'snapshot_partition.snapshot_id', 'run_snapshot.snapshot_id')
    .where('run_snapshot.run_id', '=', runId)
    .select([
      'snapshot_partition.ordinal',
      'snapshot_partition.partition_id',
      'snapshot_partition.text',
      'snapshot_partition.digest',
      'snapshot_partition.row_start',
      'snapshot_partition.row_count',
    ]);
}

type SnapshotPartitionRow = Awaited<
  ReturnType<ReturnType<typeof selectSnapshotPartitions>['executeTakeFirstOrThrow']>
>;

export function snapshotPartitionFromRow(row: SnapshotPartitionRow): SnapshotPartition {
  return {
    ordinal: row.ordinal,
    id: row.partition_id,
    text: row.text,
    key: parsePartitionText(row.text),
    digest: row.digest,
    start: row.row_start,
    count: row.row_count,
  };
}

function objectsOf(
  snapshot: Snapshot,
  parquet: { readonly digest: KnownObject['digest']; readonly byteSize: number },
): readonly KnownObject[] {
  return [
    { digest: snapshot.digest, kind: 'snapshot', byteSize: null },
    { digest: parquet.digest, kind: 'snapshot_file', byteSize: parquet.byteSize },
    ...snapshot.partitions.map(
      ({ digest }): KnownObject => ({ digest, kind: 'rows', byteSize: null }),
    ),
  ];
}

/** Equal data read before, by any run, stand once: this run then points to those rows. */
async function insertSnapshot(db: Kysely<Database>, snapshot: Snapshot): Promise<number> {
  const inserted = await db
    .insertInto('snapshot')
    .values({
      digest: snapshot.digest,
      schema_digest: snapshot.schemaDigest,
      row_count: snapshot.rowCount,
      partition_count: snapshot.partitions.length,
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted !== undefined) {
    await insertPartitions(db, inserted.id, snapshot.partitions);
    return inserted.id;
  }
  const { id } = await db
    .selectFrom('snapshot')
    .select('id')
    .where('digest', '=', snapshot.digest)
    .executeTakeFirstOrThrow();
  return id;
}

async function insertPartitions(
  db: Kysely<Database>,
  snapshotId: number,
  partitions: readonly SnapshotPartition[],
): Promise<void> {
  await insertRows(
    db,
    'snapshot_partition',
    {
      snapshot_id: 'bigint',
      partition_id: 'text',
      ordinal: 'integer',
      text: 'text',
      digest: 'digest',
      row_start: 'bigint',
      row_count: 'bigint',
    },
    partitions.map(({ id, ordinal, text, digest, start, count }) => ({
      snapshot_id: snapshotId,
      partition_id: id,
      ordinal,
      text,
      digest,
      row_start: start,
      row_count: count,
    })),
  );
}

/** Page by page, by partition id. */
async function* readDrift(db: Kysely<Database>, runId: string): AsyncGenerator<PartitionDrift> {
  let after = '';
  for (;;) {
    const rows = await db
      .selectFrom('drift')
      .leftJoin('drift_score', (join) =>
        join
          .onRef('drift_score.run_id', '=', 'drift.run_id')
          .onRef('drift_score.partition_id', '=', 'drift.partition_id'),
      )
      .select([
        'drift.partition_id as partitionId',
        'drift.text',
        'drift.status',
        'drift.columns',
        'drift_score.found as score',
      ])
      .where('drift.run_id', '=', runId)
      .where('drift.partition_id', '>', after)
      .orderBy('drift.partition_id')
      .limit(PAGE)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.partitionId;
  }
}

/** Page by page: a page is in memory. */
async function insertDrift(
  db: Kysely<Database>,
  runId: string,
  drift: Iterable<PartitionDrift> | AsyncIterable<PartitionDrift>,
): Promise<void> {
  let page: PartitionDrift[] = [];
  for await (const one of drift) {
    page.push(one);
    if (page.length < PAGE) continue;
    await insertDriftPage(db, runId, page);
    page = [];
  }
  await insertDriftPage(db, runId, page);
}

/** Which of the rows were kept of an earlier snapshot holds for all who read them. */
async function adoptDrift(db: Kysely<Database>, runId: string, originRunId: string): Promise<void> {
  await sql`
    insert into drift (run_id, partition_id, text, status, columns)
    select ${runId}::uuid, partition_id, text, status, columns
    from drift where run_id = ${originRunId}`.execute(db);
  await sql`
    insert into drift_score (run_id, partition_id, found)
    select ${runId}::uuid, partition_id, found
    from drift_score where run_id = ${originRunId}`.execute(db);
}

async function insertDriftPage(
  db: Kysely<Database>,
  runId: string,
  page: readonly PartitionDrift[],
): Promise<void> {
  await insertRows(
    db,
    'drift',
    { run_id: 'uuid', partition_id: 'text', text: 'text', status: 'text', columns: 'json' },
    page.map(({ partitionId, text, status, columns }) => ({
      run_id: runId,
      partition_id: partitionId,
      text,
      status,
      columns,
    })),
  );
  await insertRows(
    db,
    'drift_score',
    { run_id: 'uuid', partition_id: 'text', found: 'json' },
    page.flatMap(({ partitionId, score }) =>
      score === null ? [] : [{ run_id: runId, partition_id: partitionId, found: score }],
    ),
  );
}

/** How this run read the snapshot: the same rows may come from elsewhere, and be cut by another spec. */
async function insertReading(
  db: Kysely<Database>,
  runId: string,
  snapshotId: number,
  { columns, source, excluded, cutoffs, warnings }: Snapshot,
  file: KnownObject['digest'],
): Promise<void> {
  await insertRows(
    db,
    'run_snapshot',
    {
      run_id: 'uuid',
      snapshot_id: 'bigint',
      file_digest: 'digest',
      columns: 'json',
      source: 'json',
      excluded: 'json',
      cutoffs: 'json',
      warnings: 'json',
    },
    [
      {
        run_id: runId,
        snapshot_id: snapshotId,
        file_digest: file,
        columns,
        source,
        excluded,
        cutoffs,
        warnings,
      },
    ],
  );
}
