import { type Kysely, sql, type Transaction } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import { parsePartitionText } from '../../domain/partition.ts';
import { FITTED } from '../../domain/run.ts';
import {
  type Announcement,
  LISTED_PARTITIONS,
  type OutboxStore,
  type PartitionSet,
} from '../outbox-store.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import type { Database } from './database.ts';
import { runFromRow, selectRuns } from './run-record.ts';

type Waiting = Pick<Database['outbox'], 'run_id' | 'stage' | 'event' | 'at'>;

/** Announcements wait in a table; what they tell is read from the record when they are told. */
export function createPostgresOutboxStore(db: Kysely<Database>): OutboxStore {
  return {
    tellNext: (tell) =>
      db.transaction().execute(async (transaction) => {
        if (!(await isOurTurn(transaction))) return false;
        const next = await transaction
          .selectFrom('outbox')
          .select(['id', 'run_id', 'stage', 'event', 'at'])
          .where('told_at', 'is', null)
          .orderBy('id')
          .limit(1)
          .executeTakeFirst();
        if (next === undefined) return false;
        const telling = await tell(await announcementOf(transaction, next));
        await transaction
          .updateTable('outbox')
          .set({
            told_at: sql<string>`clock_timestamp()`,
            refusal: telling.kind === 'refused' ? telling.why : null,
          })
          .where('id', '=', next.id)
          .execute();
        return true;
      }),

    async waiting() {
      const { count } = await db
        .selectFrom('outbox')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('told_at', 'is', null)
        .executeTakeFirstOrThrow();
      return count;
    },
  };
}

async function isOurTurn(db: Transaction<Database>): Promise<boolean> {
  const { rows } = await sql<{ isOurs: boolean }>`
    select pg_try_advisory_xact_lock(${ADVISORY_LOCKS.telling}) as "isOurs"`.execute(db);
  return rows[0]?.isOurs ?? false;
}

/** Only what was on record then, so that it is the same however late, or often, it is told. */
async function announcementOf(
  db: Kysely<Database>,
  { run_id: runId, stage, event, at }: Waiting,
): Promise<Announcement> {
  const run = await announcedRun(db, runId);
  const isBegin = event === 'START' && (stage === '' || stage === 'snapshot');
  const isLate = stage === '' ? !isBegin : AFTER_CONDITION.has(stage);
  const isEnd = (stage === '' || stage === 'choose' || stage === 'report') && event !== 'START';
  return {
    stage: stage === '' ? null : stage,
    event,
    at,
    run,
    table: isBegin || run.snapshot === null ? null : await tableOf(db, runId),
    trained: isLate && run.plan !== null ? await trainedOf(db, runId) : null,
    outcomes: isEnd ? await outcomesOf(db, runId) : null,
  };
}

const AFTER_CONDITION: ReadonlySet<string> = new Set([
  'features',
  'select',
  'train',
  'evaluate',
  'choose',
  'report',
]);

async function announcedRun(db: Kysely<Database>, runId: string): Promise<Announcement['run']> {
  const row = await selectRuns(db)
    .select(['code_version.source_digest', 'code_version.git_commit'])
    .select(['run.environment_digest', 'run_snapshot.source'])
    .where('run.id', '=', runId)
    .executeTakeFirstOrThrow();
  return {
    ...runFromRow(row),
    sourceDigest: row.source_digest,
    gitCommit: row.git_commit,
    environment: row.environment_digest,
    location: row.source?.location ?? null,
  };
}

const tableOf = (db: Kysely<Database>, runId: string) =>
  partitionSet(
    db,
    sql`select partition_id, ordinal, text, snapshot_partition.row_count
      from run_snapshot join snapshot_partition using (snapshot_id) where run_id = ${runId}`,
  );

const trainedOf = (db: Kysely<Database>, runId: string) =>
  partitionSet(
    db,
    sql`select partition_id, ordinal, text, row_count from run_partition
      where run_id = ${runId} and decision = any(${FITTED}::text[]) and ordinal >= 0`,
  );

async function partitionSet(
  db: Kysely<Database>,
  parts: ReturnType<typeof sql>,
): Promise<PartitionSet> {
  const { rows } = await sql<{
    count: number;
    rows: number;
    digest: Digest;
    texts: readonly string[] | null;
  }>`
    with parts as (${parts})
    select count(*) as count, coalesce(sum(row_count), 0)::bigint as rows,
      'sha256:' || encode(sha256(convert_to(
        coalesce(string_agg(partition_id, '' order by partition_id collate "C"), ''), 'UTF8')), 'hex')
        as digest,
      case when count(*) <= ${LISTED_PARTITIONS}::integer
        then coalesce(array_agg(text order by ordinal), '{}') end as texts
    from parts`.execute(db);
  const [set] = rows;
  if (set === undefined) throw new RangeError('An aggregate gave no row.');
  const { texts, ...counts } = set;
  const listed = texts?.map((text) => ({ text, key: parsePartitionText(text) })) ?? null;
  return { ...counts, listed };
}

async function outcomesOf(db: Kysely<Database>, runId: string): Promise<Announcement['outcomes']> {
  const rows = await db
    .selectFrom('choice')
    .select(['status', ({ fn }) => fn.countAll<number>().as('count')])
    .where('run_id', '=', runId)
    .groupBy('status')
    .orderBy('status')
    .execute();
  if (rows.length === 0) return null;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}
