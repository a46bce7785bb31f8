import type { Kysely } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import { asJson } from '../../domain/json.ts';
import type { Scope } from '../../domain/run.ts';
import { type Attempt, GLOBAL_PARTITION, type TrainedPartition } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';
import { knowObjects } from './objects.ts';
import { selectTraining, trainedFromRow } from './partition-record.ts';
import { insertGlobalPartition } from './plans.ts';
import { outputDigest, recordAttempt, recordStep } from './record-step.ts';
import { anyOf } from './rows.ts';
import { insertStepEdges } from './step-io.ts';
import { edgesOf, insertTraining, objectsOf } from './training-rows.ts';

type Training = Pick<
  RunStore,
  'recordTraining' | 'recordGlobalTraining' | 'globalTraining' | 'trained'
>;

export function trainingRecords(db: Kysely<Database>): Training {
  return {
    async recordTraining(runId, number, trained, attempt) {
      await recordBatch(db, { runId, scope: 'own', batch: number, trained, attempt });
    },

    async recordGlobalTraining(runId, trained, attempt) {
      await recordBatch(db, { runId, scope: 'global', batch: 0, trained: [trained], attempt });
    },

    async globalTraining(runId) {
      const row = await selectTraining(db, runId)
        .where('training.partition_id', '=', GLOBAL_PARTITION)
        .executeTakeFirst();
      return row === undefined ? null : trainedFromRow(row);
    },

    async trained(runId, partitionIds) {
      const rows = await selectTraining(db, runId)
        .where('training.partition_id', '=', anyOf(partitionIds))
        .execute();
      return new Map(rows.map((row) => [row.partition_id, trainedFromRow(row)]));
    },
  };
}

type TrainedBatch = {
  readonly runId: string;
  readonly scope: Scope;
  readonly batch: number;
  readonly trained: readonly TrainedPartition[];
  readonly attempt: Attempt;
};

/** One engine call does three steps: features, select and train. The attempts at it are fenced by `train`. */
async function recordBatch(db: Kysely<Database>, batch: TrainedBatch): Promise<void> {
  const { runId, trained } = batch;
  const step = { ...batch, stage: 'train', outputDigest: digestOf(trained) } as const;
  await recordStep(db, step, async (transaction, train) => {
    const [features, select] = await insertInnerSteps(transaction, batch);
    await knowObjects(transaction, objectsOf(trained));
    if (batch.scope === 'global') await insertGlobalPartition(transaction, runId);
    await insertTraining(transaction, runId, train, trained);
    const data = await dataOf(transaction, batch);
    const edges = edgesOf(trained, data, { features, select, train });
    await insertStepEdges(transaction, runId, edges);
  });
}

/** Over everything but times and logs. */
function digestOf(trained: readonly TrainedPartition[]): Digest | null {
  const results = trained.map((one) => {
    if (one.kind === 'failed') return { id: one.partitionId, reason: one.reason };
    const candidates = one.facts.candidates.map((candidate) => ({ ...candidate, fitMs: 0 }));
    return { id: one.partitionId, facts: { ...one.facts, candidates } };
  });
  const reasons = trained.flatMap((one) => (one.kind === 'failed' ? [one.reason] : []));
  return outputDigest(asJson({ results }), reasons);
}

async function insertInnerSteps(
  db: Kysely<Database>,
  { runId, scope, batch, attempt }: TrainedBatch,
): Promise<readonly [features: number, select: number]> {
  const insert = async (stage: 'features' | 'select'): Promise<number> => {
    const { id } = await db
      .insertInto('step')
      .values({
        run_id: runId,
        stage,
        scope,
        batch,
        attempt: attempt.attempt,
        activity_id: attempt.activityId,
        output_digest: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await recordAttempt(db, id, attempt, 'SUCCEEDED');
    return id;
  };
  return [await insert('features'), await insert('select')];
}

/** The rows that each partition was trained on, and the folds that all of them share. */
async function dataOf(
  db: Kysely<Database>,
  { runId, trained }: TrainedBatch,
): Promise<{ readonly rows: ReadonlyMap<string, Digest>; readonly folds: Digest }> {
  const ids = trained.map(({ partitionId }) => partitionId);
  const rows = await db
    .selectFrom('run_partition')
    .select(['partition_id', 'digest'])
    .where('run_id', '=', runId)
    .where('partition_id', '=', anyOf(ids))
    .execute();
  const { folds_digest: folds } = await db
    .selectFrom('run_plan')
    .select('folds_digest')
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  return { rows: new Map(rows.map((row) => [row.partition_id, row.digest])), folds };
}
