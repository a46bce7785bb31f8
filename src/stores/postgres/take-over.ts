import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import { FITTED } from '../../domain/run.ts';
import type { EarlierTraining, TakenOver } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';
import { anyOf } from './rows.ts';
import { insertStepIo } from './step-io.ts';

type Earlier = Pick<RunStore, 'earlierTrainings' | 'untrained'>;

/** Runs that read a snapshot that is in quarantine: nothing that they fitted or selected is taken over. */
export const RUNS_IN_QUARANTINE = sql`
  select run_snapshot.run_id from quarantine
  join snapshot on snapshot.digest = quarantine.digest
  join run_snapshot on run_snapshot.snapshot_id = snapshot.id
  where quarantine.subject = 'snapshot'`;

export function earlierTrainings(db: Kysely<Database>): Earlier {
  return {
    async earlierTrainings(keys, failuresOf) {
      const rows = await selectEarlier(db, keys, failuresOf).execute();
      return rows.map(
        ({ key, fitted_by, status, ...packs }): EarlierTraining => ({
          key: key as Digest,
          runId: fitted_by,
          status,
          packs: [packs.predictions_pack, packs.pack_digest].filter((pack) => pack !== null),
        }),
      );
    },

    async untrained(runId) {
      const rows = await db
        .selectFrom('run_partition')
        .leftJoin('training', (join) =>
          join
            .onRef('training.run_id', '=', 'run_partition.run_id')
            .onRef('training.partition_id', '=', 'run_partition.partition_id')
            .on('training.origin_run_id', 'is not', null),
        )
        .where('run_partition.run_id', '=', runId)
        .where('run_partition.decision', 'in', FITTED)
        .where('training.run_id', 'is', null)
        .select('run_partition.partition_id')
        .execute();
      return new Set(rows.map(({ partition_id }) => partition_id));
    },
  };
}

/** A training that was taken over itself names the run that fitted it. */
function selectEarlier(db: Kysely<Database>, keys: readonly Digest[], failuresOf: string | null) {
  return (
    db
      .selectFrom('run_partition')
      .innerJoin('training', (join) =>
        join
          .onRef('training.run_id', '=', 'run_partition.run_id')
          .onRef('training.partition_id', '=', 'run_partition.partition_id'),
      )
      .leftJoin('model', (join) =>
        join
          .onRef('model.run_id', '=', 'training.run_id')
          .onRef('model.partition_id', '=', 'training.partition_id'),
      )
      .where('run_partition.training_key', '=', anyOf(keys) as never)
      // What is deleted may be collected at any time.
      .where('training.run_id', 'not in', db.selectFrom('deleted_run').select('run_id'))
      .where(
        sql<boolean>`(coalesce(training.origin_run_id, training.run_id) not in (${RUNS_IN_QUARANTINE})
          and not exists (select from fold_selection as given
            where given.run_id = training.run_id and given.partition_id = training.partition_id
            and given.origin_run_id in (${RUNS_IN_QUARANTINE}))
          -- A retry reads what its origin read.
          or training.run_id = ${failuresOf}::uuid)`,
      )
      .where((where) =>
        where.or([
          where('model.digest', 'is not', null),
          where('training.run_id', '=', failuresOf),
        ]),
      )
      .distinctOn('run_partition.training_key')
      .orderBy('run_partition.training_key')
      .orderBy(sql`model.digest is null`)
      .orderBy('training.run_id')
      .select([
        'run_partition.training_key as key',
        sql<string>`coalesce(training.origin_run_id, training.run_id)`.as('fitted_by'),
        'training.status',
        'training.predictions_pack',
        'model.pack_digest',
      ])
  );
}

/** Every table that a training fills, but for what belongs to the run that did it. */
const COPIED = {
  training: [
    'status',
    'started_at',
    'ms',
    'log',
    'facts',
    'predictions_pack',
    'predictions_offset',
    'predictions_length',
    'reason',
    'message',
    'stack',
  ],
  candidate: [
    'number',
    'algorithm',
    'parameters_digest',
    'seed',
    'status',
    'because',
    'cv',
    'fold_scores',
    'fit_ms',
    'is_best',
  ],
  selection: ['method', 'kept', 'dropped'],
  model: [
    'digest',
    'pack_digest',
    'candidate',
    'algorithm',
    'parameters_digest',
    'seed',
    'trained_rows',
    'features',
  ],
} as const;

/** Copies the rows of earlier trainings: a few statements, whatever their number. The bytes they point to are shared. */
export async function takeOver(
  db: Kysely<Database>,
  runId: string,
  stepId: number,
  taken: readonly TakenOver[],
): Promise<void> {
  if (taken.length === 0) return;
  const ids = taken.map(({ partitionId }) => partitionId);
  const given = sql`unnest(${ids}::text[], ${taken.map(({ from }) => from)}::uuid[]) as given (partition_id, run_id)`;
  for (const table of ['training', 'candidate', 'selection', 'model'] as const) {
    const columns = sql.join(COPIED[table].map((name) => sql.ref(name)));
    const values = sql.join(COPIED[table].map((name) => sql.ref(`earlier.${name}`)));
    const [names, more] =
      table === 'training'
        ? [sql`, step_id, origin_run_id`, sql`, ${stepId}::bigint, earlier.run_id`]
        : [sql``, sql``];
    await sql`
      insert into ${sql.table(table)} (run_id, partition_id, ${columns}${names})
      select ${runId}::uuid, earlier.partition_id, ${values}${more}
      from ${given}
      join ${sql.table(table)} as earlier using (run_id, partition_id)`.execute(db);
  }
  await insertTakenEdges(db, runId, stepId, ids);
}

/** rows → model, as the step that took it over sees it: bad rows are found to have touched this run, too. */
async function insertTakenEdges(
  db: Kysely<Database>,
  runId: string,
  stepId: number,
  ids: readonly string[],
): Promise<void> {
  const rows = await db
    .selectFrom('run_partition')
    .innerJoin('model', (join) =>
      join
        .onRef('model.run_id', '=', 'run_partition.run_id')
        .onRef('model.partition_id', '=', 'run_partition.partition_id'),
    )
    .where('run_partition.run_id', '=', runId)
    .where('run_partition.partition_id', '=', anyOf(ids))
    .select(['run_partition.partition_id', 'run_partition.digest as rows', 'model.digest'])
    .execute();
  await insertStepIo(
    db,
    stepId,
    runId,
    rows.flatMap(({ partition_id: partitionId, rows: data, digest }) => [
      { partitionId, direction: 'in', role: 'rows', digest: data } as const,
      { partitionId, direction: 'out', role: 'model', digest } as const,
    ]),
  );
}
