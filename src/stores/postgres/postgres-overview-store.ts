import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type {
  ExperimentEntry,
  OverviewStore,
  ReferenceEntry,
  SnapshotEntry,
} from '../overview-store.ts';
import type { Database } from './database.ts';
import { findRunId } from './run-id.ts';

/** Answers from the rows of all runs that were not deleted. */
export function createPostgresOverviewStore(db: Kysely<Database>): OverviewStore {
  return {
    experiments: (query) => experimentsOf(db, query),
    snapshots: (query) => snapshotsOf(db, query),

    async snapshot(digest) {
      const [found] = await snapshotsOf(db, { limit: 1, digest });
      if (found !== undefined) return found;
      throw new Failure('not-found', `No run has read a snapshot ${digest}.`);
    },

    async snapshotPartitions(digest, { after, limit, comparedTo }) {
      const [snapshot, other] = await Promise.all([
        snapshotId(db, digest),
        comparedTo === undefined ? null : snapshotId(db, comparedTo),
      ]);
      const rows = await db
        .selectFrom('snapshot_partition')
        .leftJoin('snapshot_partition as earlier', (join) =>
          join
            .onRef('earlier.partition_id', '=', 'snapshot_partition.partition_id')
            .on('earlier.snapshot_id', '=', other),
        )
        .where('snapshot_partition.snapshot_id', '=', snapshot)
        .where('snapshot_partition.ordinal', '>', after)
        .orderBy('snapshot_partition.ordinal')
        .limit(limit)
        .select([
          'snapshot_partition.ordinal',
          'snapshot_partition.partition_id as partitionId',
          'snapshot_partition.text',
          'snapshot_partition.row_count as rows',
          'snapshot_partition.digest',
          'earlier.row_count as rowsBefore',
          'earlier.digest as digestBefore',
        ])
        .execute();
      return rows.map(({ rowsBefore, digestBefore, ...row }) => ({
        ...row,
        before:
          rowsBefore === null || digestBefore === null
            ? null
            : { rows: rowsBefore, digest: digestBefore },
      }));
    },

    async references({ limit, after }) {
      const { of = null, text = null } = after ?? {};
      const { rows } = await sql<ReferenceEntry>`
        select distinct of, text from spec, lateral (values
          ('source', document #>> '{data,source,url}'),
          ('engine', document #>> '{engine,remote}')) as held (of, text)
        where text is not null and (${of}::text is null
          or of < ${of}::text or (of = ${of}::text and text > ${text}::text))
        order by of desc, text limit ${limit}`.execute(db);
      return rows;
    },
  };
}

async function snapshotId(db: Kysely<Database>, digest: Digest): Promise<number> {
  const found = await db
    .selectFrom('snapshot')
    .select('id')
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (found !== undefined) return found.id;
  throw new Failure('not-found', `No run has read a snapshot ${digest}.`);
}

async function experimentsOf(
  db: Kysely<Database>,
  { limit, before }: Parameters<OverviewStore['experiments']>[0],
): Promise<readonly ExperimentEntry[]> {
  const older = before === undefined ? null : await findRunId(db, before);
  const { rows } = await sql<Omit<ExperimentEntry, 'newest'> & ExperimentEntry['newest']>`
    select experiment.name as experiment, counted.runs, counted.snapshots,
      run.id as "runId", run.status, run.created_at as "createdAt"
    from (
      select run.experiment_id, count(*) as runs, max(run.id::text)::uuid as newest,
        count(distinct run_snapshot.snapshot_id) as snapshots
      from run left join run_snapshot on run_snapshot.run_id = run.id
      where run.id not in (select run_id from deleted_run)
      group by run.experiment_id
    ) as counted
    join experiment on experiment.id = counted.experiment_id
    join run on run.id = counted.newest
    where (${older}::uuid is null or run.id < ${older}::uuid)
    order by run.id desc limit ${limit}`.execute(db);
  return rows.map(({ experiment, runs, snapshots, ...newest }) => ({
    experiment,
    runs,
    snapshots,
    newest,
  }));
}

async function snapshotsOf(
  db: Kysely<Database>,
  {
    limit,
    before,
    experiment,
    digest,
  }: Parameters<OverviewStore['snapshots']>[0] & { readonly digest?: Digest },
): Promise<readonly SnapshotEntry[]> {
  const { rows } = await sql<SnapshotEntry>`
    select snapshot.id as place, snapshot.digest, snapshot.row_count as rows,
      snapshot.partition_count as partitions, json_array_length(newest.columns::json) as columns,
      newest.source, newest.excluded, readings.experiments, readings.runs,
      readings.newest as "newestRun", snapshot.created_at as "firstSeenAt",
      readings.last as "lastReadAt"
    from (
      select run_snapshot.snapshot_id, count(*) as runs, max(run.id::text)::uuid as newest,
        max(run.created_at) as last, array_agg(distinct experiment.name) as experiments
      from run_snapshot
      join run on run.id = run_snapshot.run_id
      join experiment on experiment.id = run.experiment_id
      where run.id not in (select run_id from deleted_run)
      group by run_snapshot.snapshot_id
    ) as readings
    join snapshot on snapshot.id = readings.snapshot_id
    join run_snapshot as newest on newest.run_id = readings.newest
    where (${before ?? null}::bigint is null or snapshot.id < ${before ?? null}::bigint)
      and (${experiment ?? null}::text is null or ${experiment ?? null}::text = any (readings.experiments))
      and (${digest ?? null}::text is null or snapshot.digest = ${digest ?? null}::text)
    order by snapshot.id desc limit ${limit}`.execute(db);
  return rows;
}
