import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { asJson, type Json } from '../../domain/json.ts';
import { comparePartitions, GLOBAL_TEXT } from '../../domain/partition.ts';
import { digestJson } from '../../frame/digest.ts';
import type { PlannedPartition } from '../../partition/condition.ts';
import { type BatchPlan, type Conditioned, GLOBAL_PARTITION } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';
import { takeOverFoldSelections } from './fold-selections.ts';
import { knowObjects } from './objects.ts';
import {
  GLOBAL_ORDINAL,
  plannedFromRow,
  selectPlanned,
  selectTrainable,
} from './partition-record.ts';
import { recordStep } from './record-step.ts';
import { anyOf, insertRows } from './rows.ts';
import { selectBatch, selectSnapshotPartitions } from './snapshots.ts';
import { insertStepIo } from './step-io.ts';
import { takeOver } from './take-over.ts';

type Plans = Pick<
  RunStore,
  'planBatches' | 'batchCount' | 'planned' | 'plannedBatch' | 'recordCondition' | 'decisions'
>;

export function planRecords(db: Kysely<Database>): Plans {
  return {
    async planBatches(runId, plan) {
      await db.transaction().execute((transaction) => insertPlan(transaction, runId, plan));
    },

    async batchCount(runId, stage) {
      const { count } = await db
        .selectFrom('batch')
        .select(sql<number>`count(*)`.as('count'))
        .where('run_id', '=', runId)
        .where('stage', '=', stage)
        .executeTakeFirstOrThrow();
      return count;
    },

    async planned(runId) {
      const rows = await selectPlanned(db, runId).orderBy('run_partition.ordinal').execute();
      return rows.map(plannedFromRow);
    },

    async plannedBatch(runId, stage, number) {
      const { partition_ids: ids } = await selectBatch(db, runId, stage, number);
      const rows = await selectTrainable(db, runId)
        .where('run_partition.partition_id', '=', anyOf(ids))
        .execute();
      const byId = new Map(rows.map((row) => [row.partition_id, plannedFromRow(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async decisions(runId) {
      const rows = await db
        .selectFrom('run_partition')
        .select(['partition_id', 'decision'])
        .where('run_id', '=', runId)
        .execute();
      return new Map(rows.map(({ partition_id: id, decision }) => [id, decision]));
    },

    async recordCondition(
      runId,
      { plan, partitions, parents = [], takenOver, selectionsTakenOver, ...keys },
      attempt,
    ) {
      const planned = parents.length === 0 ? { partitions } : { partitions, parents };
      const outputDigest = digestJson(asJson({ plan, ...planned }));
      const step = { runId, stage: 'condition', scope: 'own', batch: 0, attempt } as const;
      await recordStep(db, { ...step, outputDigest }, async (transaction, stepId) => {
        const rows = await runPartitionRows(transaction, runId, planned, keys);
        await knowObjects(transaction, [
          { digest: plan.folds, kind: 'folds', byteSize: null },
          ...rows.map(({ digest }) => ({ digest, kind: 'rows', byteSize: null }) as const),
        ]);
        await insertRows(transaction, 'run_plan', PLAN_TYPES, [
          {
            run_id: runId,
            classes: plan.classes,
            folds_digest: plan.folds,
            warnings: plan.warnings,
          },
        ]);
        await insertRunPartitions(transaction, rows);
        if (keys.trainingKeys.has(GLOBAL_PARTITION))
          await insertGlobalPartition(transaction, runId, keysOf(GLOBAL_PARTITION, keys));
        await insertStepIo(transaction, stepId, runId, [
          { direction: 'out', role: 'folds', digest: plan.folds },
        ]);
        await takeOver(transaction, runId, stepId, takenOver);
        await takeOverFoldSelections(transaction, runId, [...takenOver, ...selectionsTakenOver]);
      });
    },
  };
}

const PLAN_TYPES = {
  run_id: 'uuid',
  classes: 'json',
  folds_digest: 'digest',
  warnings: 'json',
} as const;

/** The same plan again is a no-op; another plan for a stage that has one is refused: batches of the first may be done. */
async function insertPlan(
  db: Kysely<Database>,
  runId: string,
  { stage, batches }: BatchPlan,
): Promise<void> {
  await db.selectFrom('run').select('id').where('id', '=', runId).forUpdate().execute();
  const stored = await db
    .selectFrom('batch')
    .select('partition_ids')
    .where('run_id', '=', runId)
    .where('stage', '=', stage)
    .orderBy('number')
    .execute();
  if (stored.length > 0) {
    const before: Json = stored.map(({ partition_ids: ids }) => ids);
    if (digestJson(before) === digestJson(batches)) return;
    throw new Failure(
      'conflict',
      `Run ${runId} has another plan for ${stage} already, of ${stored.length} batches; start the run again.`,
    );
  }
  await checkPartitionsExist(db, runId, stage, batches.flat());
  await insertRows(
    db,
    'batch',
    { run_id: 'uuid', stage: 'text', number: 'integer', partition_ids: 'text[]' },
    batches.map((ids, number) => ({ run_id: runId, stage, number, partition_ids: ids })),
  );
}

/** What a foreign key would check if a batch were many rows: each partition is there, and in one batch only. */
async function checkPartitionsExist(
  db: Kysely<Database>,
  runId: string,
  stage: BatchPlan['stage'],
  ids: readonly string[],
): Promise<void> {
  const count = sql<number>`count(*)`.as('known');
  const { known } =
    stage === 'profile'
      ? await selectSnapshotPartitions(db, runId)
          .clearSelect()
          .select(count)
          .where('snapshot_partition.partition_id', '=', anyOf(ids))
          .executeTakeFirstOrThrow()
      : await selectTrainable(db, runId)
          .clearSelect()
          .select(count)
          .where('run_partition.partition_id', '=', anyOf(ids))
          .executeTakeFirstOrThrow();
  if (known !== ids.length) {
    throw new RangeError(
      `The plan for ${stage} of run ${runId} names ${ids.length} partitions, ${known} of them once and known.`,
    );
  }
}

type RunPartitionRow = Database['run_partition'];
type Keys = Pick<Conditioned, 'trainingKeys' | 'selectionKeys'>;
type KeysOfRow = Pick<RunPartitionRow, 'training_key' | 'selection_key'>;

function keysOf(partitionId: string, { trainingKeys, selectionKeys }: Keys): KeysOfRow {
  return {
    training_key: trainingKeys.get(partitionId) ?? null,
    selection_key: selectionKeys.get(partitionId) ?? null,
  };
}

/** Rows in the order of partition texts. A union's digest is over its members' digests in the order of their rows. */
async function runPartitionRows(
  db: Kysely<Database>,
  runId: string,
  { partitions, parents = [] }: Pick<Conditioned, 'partitions' | 'parents'>,
  keys: Keys,
): Promise<readonly RunPartitionRow[]> {
  const { snapshot_id: snapshotId } = await db
    .selectFrom('run_snapshot')
    .select('snapshot_id')
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  const members = await selectSnapshotPartitions(db, runId).execute();
  const digests = new Map(members.map((row) => [row.partition_id, row.digest]));
  const digestAt = new Map(members.map((row) => [row.row_start, row.digest]));
  const rowOf = (partition: PlannedPartition, ordinal: number): RunPartitionRow => {
    const own = digests.get(partition.partitionId);
    return {
      ...runPartitionRow(runId, partition, ordinal),
      snapshot_id: own === undefined ? null : snapshotId,
      digest: own ?? unionDigest(partition, digestAt),
      ...keysOf(partition.partitionId, keys),
    };
  };
  return [
    ...[...partitions].sort((a, b) => comparePartitions(a.text, b.text)).map(rowOf),
    ...parents.map((parent, i) => rowOf(parent, GLOBAL_ORDINAL - 1 - i)),
  ];
}

function runPartitionRow(
  runId: string,
  { partitionId, text, rows, ranges, decision }: PlannedPartition,
  ordinal: number,
): Omit<RunPartitionRow, 'snapshot_id' | 'digest' | keyof KeysOfRow> {
  return {
    run_id: runId,
    partition_id: partitionId,
    ordinal,
    text,
    row_count: rows,
    ranges,
    decision: decision.kind,
    reason: decision.kind === 'train' ? null : decision.reason,
    merged_into: decision.kind === 'merge' ? decision.into : null,
  };
}

function unionDigest(
  { text, ranges }: PlannedPartition,
  digestAt: ReadonlyMap<number, Digest>,
): Digest {
  const members = ranges.map(({ start }) => {
    const digest = digestAt.get(start);
    if (digest === undefined)
      throw new RangeError(`No partition of the snapshot starts at row ${start} of ${text}.`);
    return digest;
  });
  return digestJson(['union', ...members]);
}

/** The model without partition is trained on every row of the snapshot. A no-op where it is planned already. */
export async function insertGlobalPartition(
  db: Kysely<Database>,
  runId: string,
  keys: KeysOfRow = { training_key: null, selection_key: null },
): Promise<void> {
  const { digest, row_count } = await db
    .selectFrom('run_snapshot')
    .innerJoin('snapshot', 'snapshot.id', 'run_snapshot.snapshot_id')
    .select(['snapshot.digest', 'snapshot.row_count'])
    .where('run_snapshot.run_id', '=', runId)
    .executeTakeFirstOrThrow();
  await insertRunPartitions(db, [
    {
      run_id: runId,
      partition_id: GLOBAL_PARTITION,
      ordinal: GLOBAL_ORDINAL,
      snapshot_id: null,
      text: GLOBAL_TEXT,
      digest,
      row_count,
      ranges: [{ start: 0, count: row_count }],
      decision: 'train',
      reason: null,
      merged_into: null,
      ...keys,
    },
  ]);
}

async function insertRunPartitions(
  db: Kysely<Database>,
  rows: readonly RunPartitionRow[],
): Promise<void> {
  await insertRows(
    db,
    'run_partition',
    {
      run_id: 'uuid',
      partition_id: 'text',
      ordinal: 'integer',
      snapshot_id: 'bigint',
      text: 'text',
      digest: 'digest',
      row_count: 'bigint',
      ranges: 'json',
      decision: 'text',
      reason: 'text',
      merged_into: 'text',
      training_key: 'digest',
      selection_key: 'digest',
    },
    rows,
  );
}
