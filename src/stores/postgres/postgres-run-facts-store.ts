import { type Kysely, sql } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import type { Stage } from '../../domain/run.ts';
import type { FailureGroup, RunFactsStore, ServingRecord } from '../run-facts.ts';
import { blendsOf } from './blends.ts';
import type { Database } from './database.ts';
import { partitionCells, partitionStates, unansweredIn } from './partition-cells.ts';
import { GLOBAL_ORDINAL } from './partition-record.ts';

/** How many messages and partitions a group of failures names. */
const LISTED_MESSAGES = 5;
const LISTED_PARTITIONS = 20;

/** Answers from the rows that `PostgresRunStore` wrote. */
export function createPostgresRunFactsStore(db: Kysely<Database>): RunFactsStore {
  return {
    async stageRecords(runId) {
      return db
        .selectFrom('step')
        .innerJoin('step_attempt', 'step_attempt.step_id', 'step.id')
        .where('step.run_id', '=', runId)
        .groupBy('step.stage')
        .select(({ fn }) => [
          'step.stage',
          fn.min('step_attempt.started_at').as('startedAt'),
          fn.max('step_attempt.ended_at').as('endedAt'),
          fn.count<number>('step.id').distinct().as('done'),
          fn.countAll<number>().as('attempts'),
        ])
        .execute();
    },

    async batchCounts(runId) {
      const rows = await db
        .selectFrom('batch')
        .where('run_id', '=', runId)
        .groupBy('stage')
        .select(({ fn }) => ['stage', fn.countAll<number>().as('count')])
        .execute();
      return Object.fromEntries(rows.map(({ stage, count }) => [stage, count]));
    },

    partitionCells: (runId, query) => partitionCells(db, runId, query),
    partitionStates: (runId) => partitionStates(db, runId),
    unanswered: (runIds) => unansweredIn(db, runIds),

    async partitionText(runId, partitionId) {
      const row = await db
        .selectFrom('run_partition')
        .select('text')
        .where('run_id', '=', runId)
        .where('partition_id', '=', partitionId)
        .executeTakeFirst();
      if (row !== undefined) return row.text;
      throw new Failure('not-found', `Run ${runId} has no partition with the id ${partitionId}.`);
    },

    async isTakenOver(runId, partitionId) {
      const row = await db
        .selectFrom('training')
        .select('origin_run_id')
        .where('run_id', '=', runId)
        .where('partition_id', '=', partitionId)
        .executeTakeFirst();
      return (row?.origin_run_id ?? null) !== null;
    },

    attempts: (runId, page) => attemptsOf(db, runId, page),
    failures: (runId) => failuresOf(db, runId),
    serving: (runId, of) => servingOf(db, runId, of),
  };
}

/** Features and selection happen in the batches of training. */
const BATCH_STAGE = sql<Stage>`case when step.stage in ('features', 'select') then 'train' else step.stage end`;

/**
 * Ids are given before a transaction commits, so a greater one can be seen first: rows wait until every transaction that
 * is older than their own has ended. A step's row is written before its attempt's, so the id comes after the transaction's.
 */
const IS_SETTLED = sql<boolean>`age(step_attempt.xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)`;

async function attemptsOf(
  db: Kysely<Database>,
  runId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
) {
  return db
    .selectFrom('step')
    .innerJoin('step_attempt', 'step_attempt.step_id', 'step.id')
    .leftJoin('batch', (join) =>
      join
        .onRef('batch.run_id', '=', 'step.run_id')
        .on('batch.stage', '=', BATCH_STAGE)
        .onRef('batch.number', '=', 'step.batch')
        .on('step.scope', '=', 'own'),
    )
    .where('step.run_id', '=', runId)
    .where('step_attempt.id', '>', after)
    .where(IS_SETTLED)
    .orderBy('step_attempt.id')
    .limit(limit)
    .select([
      'step_attempt.id',
      'step.stage',
      'step.scope',
      'step.batch',
      'step_attempt.attempt',
      'step_attempt.worker',
      'step_attempt.outcome',
      'step_attempt.queued_at as queuedAt',
      'step_attempt.started_at as startedAt',
      'step_attempt.ended_at as endedAt',
      sql<number | null>`cardinality(batch.partition_ids)`.as('partitions'),
    ])
    .execute();
}

async function failuresOf(db: Kysely<Database>, runId: string): Promise<readonly FailureGroup[]> {
  const messages = await db
    .selectFrom('training')
    .where('run_id', '=', runId)
    .where('status', '=', 'failed')
    .groupBy(['reason', 'message'])
    .select(({ fn }) => ['reason', 'message', fn.countAll<number>().as('count')])
    .orderBy('count', 'desc')
    .orderBy('message')
    .execute();
  const partitions = await db
    .selectFrom((from) =>
      from
        .selectFrom('training')
        .innerJoin('run_partition', (join) =>
          join
            .onRef('run_partition.run_id', '=', 'training.run_id')
            .onRef('run_partition.partition_id', '=', 'training.partition_id'),
        )
        .where('training.run_id', '=', runId)
        .where('training.status', '=', 'failed')
        .select([
          'training.reason',
          'training.partition_id as partitionId',
          'run_partition.text',
          sql<number>`row_number() over (partition by training.reason order by run_partition.ordinal)`.as(
            'place',
          ),
        ])
        .as('failed'),
    )
    .selectAll()
    .where('place', '<=', LISTED_PARTITIONS)
    .orderBy('place')
    .execute();
  const reasons = [...new Set(messages.map(({ reason }) => reason))];
  return reasons
    .map((reason): FailureGroup => {
      const ofReason = messages.filter((one) => one.reason === reason);
      return {
        reason: reason ?? 'error',
        count: ofReason.reduce((sum, { count }) => sum + count, 0),
        messages: ofReason
          .slice(0, LISTED_MESSAGES)
          .map(({ message, count }) => ({ message: message ?? '', count })),
        partitions: partitions
          .filter((one) => one.reason === reason)
          .map(({ partitionId, text }) => ({ partitionId, text })),
      };
    })
    .sort((a, b) => b.count - a.count);
}

function reachOf(...side: readonly string[]) {
  const path = [...side, 'band', 'reach'].map((name) => sql.lit(name));
  return sql<number | null>`(evaluation.facts #>> array[${sql.join(path)}])::double precision`;
}

async function servingOf(
  db: Kysely<Database>,
  runId: string,
  of: 'partitions' | 'parents',
): Promise<readonly ServingRecord[]> {
  const rows = await db
    .selectFrom('run_partition')
    .leftJoin('choice', (join) =>
      join
        .onRef('choice.run_id', '=', 'run_partition.run_id')
        .onRef('choice.partition_id', '=', 'run_partition.partition_id'),
    )
    .leftJoin('model', (join) =>
      join
        .onRef('model.run_id', '=', 'run_partition.run_id')
        .onRef('model.partition_id', '=', 'run_partition.partition_id'),
    )
    .leftJoin('object_location', (join) =>
      join
        .onRef('object_location.digest', '=', 'model.digest')
        .onRef('object_location.pack_digest', '=', 'model.pack_digest'),
    )
    .leftJoin('evaluation', (join) =>
      join
        .onRef('evaluation.run_id', '=', 'run_partition.run_id')
        .onRef('evaluation.partition_id', '=', 'run_partition.partition_id'),
    )
    .where('run_partition.run_id', '=', runId)
    .where('run_partition.ordinal', of === 'partitions' ? '>' : '<', GLOBAL_ORDINAL)
    .orderBy('run_partition.ordinal')
    .select([
      reachOf('own').as('ownReach'),
      reachOf('parent', 'scores').as('parentReach'),
      reachOf('global').as('globalReach'),
      'run_partition.partition_id',
      'run_partition.text',
      'choice.status',
      'choice.model_digest',
      'choice.reason',
      'choice.verdict',
      'model.digest',
      'object_location.pack_digest',
      'object_location.byte_offset',
      'object_location.byte_length',
    ])
    .execute();
  const blends = await blendsOf(db, runId);
  return rows.map(({ partition_id: id, status, model_digest, verdict, digest, ...row }) => {
    const { pack_digest: pack, byte_offset: offset, byte_length: length } = row;
    const isPlaced = digest !== null && pack !== null && offset !== null && length !== null;
    const blend = blends.get(id);
    return {
      text: row.text,
      isChosen: status !== null,
      serves: model_digest,
      reason: row.reason ?? verdict,
      own: isPlaced ? { digest, bytes: { pack, offset, length } } : null,
      reach: { own: row.ownReach, parent: row.parentReach, global: row.globalReach },
      blend:
        blend === undefined
          ? null
          : { parts: blend.parts, reach: blend.scores?.band?.reach ?? null },
    };
  });
}
