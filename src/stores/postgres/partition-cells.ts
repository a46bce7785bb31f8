import { type Kysely, sql } from 'kysely';
import type { Scope } from '../../domain/run.ts';
import type { CellsQuery, PartitionCell, PartitionState } from '../run-facts.ts';
import type { Database } from './database.ts';

const STATE = sql<PartitionState>`coalesce(choice.status, training.status, 'waiting')`;

/** A page of the grid, in text order. */
export async function partitionCells(
  db: Kysely<Database>,
  runId: string,
  query: CellsQuery,
): Promise<readonly PartitionCell[]> {
  if (!(await isPlanned(db, runId))) return snapshotCells(db, runId, query);
  let select = selectStates(db, runId)
    .leftJoin('model', (join) =>
      join
        .onRef('model.run_id', '=', 'run_partition.run_id')
        .onRef('model.partition_id', '=', 'run_partition.partition_id'),
    )
    .leftJoin('evaluation', (join) =>
      join
        .onRef('evaluation.run_id', '=', 'run_partition.run_id')
        .onRef('evaluation.partition_id', '=', 'run_partition.partition_id'),
    )
    .where('run_partition.ordinal', '>', query.after)
    .orderBy('run_partition.ordinal')
    .limit(query.limit)
    .select([
      'run_partition.ordinal',
      'run_partition.partition_id as partitionId',
      'run_partition.text',
      'run_partition.row_count as rows',
      'run_partition.decision',
      STATE.as('state'),
      sql<PartitionCell['reason']>`coalesce(choice.reason, training.reason)`.as('reason'),
      'choice.verdict',
      'model.algorithm',
      scoreOf('own', 'cv').as('cv'),
      scoreOf('own', 'holdout').as('holdout'),
      scoreOf('global', 'cv').as('globalCv'),
      scoreOf('global', 'holdout').as('globalHoldout'),
      'evaluation.difference',
      'choice.model_digest as model',
      'training.started_at as trainedAt',
      'training.ms as trainMs',
    ]);
  if (query.state !== undefined) select = select.where(STATE, '=', query.state);
  if (query.search !== undefined)
    select = select.where('run_partition.text', 'ilike', containing(query.search));
  if (query.ids !== undefined)
    select = select.where('run_partition.partition_id', '=', anyOf(query.ids));
  if (query.missingIn !== undefined)
    select = select.where(isMissingIn(query.missingIn, 'run_partition'));
  return select.execute();
}

/** How many partitions of each run nobody answers for; of none, where every one has an answer. */
export async function unansweredIn(
  db: Kysely<Database>,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (runIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('choice')
    .innerJoin('run_partition', (join) =>
      join
        .onRef('run_partition.run_id', '=', 'choice.run_id')
        .onRef('run_partition.partition_id', '=', 'choice.partition_id'),
    )
    .where('choice.run_id', 'in', [...runIds])
    .where('choice.status', 'in', ['failed', 'skipped'])
    .where('run_partition.ordinal', '>=', 0)
    .groupBy('choice.run_id')
    .select(({ fn }) => ['choice.run_id as runId', fn.countAll<number>().as('count')])
    .execute();
  return new Map(rows.map(({ runId, count }) => [runId, count]));
}

/** How many partitions are in each state. */
export async function partitionStates(
  db: Kysely<Database>,
  runId: string,
): Promise<{ readonly [state in PartitionState]?: number }> {
  const rows = await selectStates(db, runId)
    .groupBy(STATE)
    .select(({ fn }) => [STATE.as('state'), fn.countAll<number>().as('count')])
    .execute();
  if (rows.length > 0) return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  const found = await db
    .selectFrom('run_snapshot')
    .innerJoin('snapshot', 'snapshot.id', 'run_snapshot.snapshot_id')
    .where('run_snapshot.run_id', '=', runId)
    .select('snapshot.partition_count')
    .executeTakeFirst();
  return found === undefined ? {} : { waiting: found.partition_count };
}

function selectStates(db: Kysely<Database>, runId: string) {
  return db
    .selectFrom('run_partition')
    .leftJoin('training', (join) =>
      join
        .onRef('training.run_id', '=', 'run_partition.run_id')
        .onRef('training.partition_id', '=', 'run_partition.partition_id'),
    )
    .leftJoin('choice', (join) =>
      join
        .onRef('choice.run_id', '=', 'run_partition.run_id')
        .onRef('choice.partition_id', '=', 'run_partition.partition_id'),
    )
    .where('run_partition.run_id', '=', runId)
    .where('run_partition.ordinal', '>=', 0);
}

function scoreOf(scope: Scope, split: 'cv' | 'holdout') {
  return sql<number | null>`(select value from metric where metric.run_id = run_partition.run_id
    and metric.partition_id = run_partition.partition_id and scope = ${scope} and split = ${split})`;
}

async function isPlanned(db: Kysely<Database>, runId: string): Promise<boolean> {
  const found = await db
    .selectFrom('run_partition')
    .select('ordinal')
    .where('run_id', '=', runId)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** What is known before `condition`: which partitions there are. */
async function snapshotCells(
  db: Kysely<Database>,
  runId: string,
  { after, limit, state = 'waiting', search, ids, missingIn }: CellsQuery,
): Promise<readonly PartitionCell[]> {
  if (state !== 'waiting') return [];
  let select = db
    .selectFrom('run_snapshot')
    .innerJoin('snapshot_partition', 'snapshot_partition.snapshot_id', 'run_snapshot.snapshot_id')
    .where('run_snapshot.run_id', '=', runId)
    .where('snapshot_partition.ordinal', '>', after)
    .orderBy('snapshot_partition.ordinal')
    .limit(limit)
    .select([
      'snapshot_partition.ordinal',
      'snapshot_partition.partition_id as partitionId',
      'snapshot_partition.text',
      'snapshot_partition.row_count as rows',
    ]);
  if (search !== undefined)
    select = select.where('snapshot_partition.text', 'ilike', containing(search));
  if (ids !== undefined) select = select.where('snapshot_partition.partition_id', '=', anyOf(ids));
  if (missingIn !== undefined) select = select.where(isMissingIn(missingIn, 'snapshot_partition'));
  return (await select.execute()).map((row) => ({ ...row, ...UNKNOWN }));
}

/** Whether a partition of `table` is none of what a run has read. Postgres joins this; of `not in` it makes a list. */
function isMissingIn(runId: string, table: 'run_partition' | 'snapshot_partition') {
  return sql<boolean>`not exists (
    select from run_snapshot as reading join snapshot_partition as there using (snapshot_id)
    where reading.run_id = ${runId} and there.partition_id = ${sql.ref(`${table}.partition_id`)})`;
}

const UNKNOWN = {
  decision: null,
  state: 'waiting',
  reason: null,
  verdict: null,
  algorithm: null,
  cv: null,
  holdout: null,
  globalCv: null,
  globalHoldout: null,
  difference: null,
  model: null,
  trainedAt: null,
  trainMs: null,
} as const;

/** Also of none, which a list in SQL can't be. */
function anyOf(ids: readonly string[]) {
  return sql<string>`any (${[...ids]}::text[])`;
}

/** A pattern for `like` in which nothing of the text is a wildcard. Postgres text can't hold U+0000. */
function containing(text: string): string {
  return `%${text.replaceAll('\u0000', '\uFFFD').replace(/[\\%_]/g, '\\$&')}%`;
}
