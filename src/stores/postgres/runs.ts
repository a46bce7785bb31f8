import { type Kysely, sql } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { asJson } from '../../domain/json.ts';
import { isTerminal, type RunError, type RunMode, type RunStatus } from '../../domain/run.ts';
import { firingKey } from '../../domain/schedule.ts';
import { digestJson } from '../../frame/digest.ts';
import { newRunId } from '../new-run-id.ts';
import type { NewRun } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import { announceRun } from './announce.ts';
import { auditRun } from './append-audit.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';
import { findRunId } from './run-id.ts';
import { runFromRow, selectRuns } from './run-record.ts';

type Runs = Pick<
  RunStore,
  'newRunId' | 'createRun' | 'hasKey' | 'run' | 'listRuns' | 'newestReading' | 'setStatus'
>;

const NEXT: { readonly [status in RunStatus]: readonly RunStatus[] } = {
  PENDING: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED'],
  SUCCEEDED: [],
  PARTIAL: [],
  FAILED: [],
  CANCELLED: [],
};

export function runRecords(db: Kysely<Database>): Runs {
  return {
    async newRunId() {
      const ms = sql<number>`floor(1000 * extract(epoch from clock_timestamp()))::bigint`;
      const now = await db.selectNoFrom(ms.as('ms')).executeTakeFirstOrThrow();
      return newRunId(now.ms);
    },

    async createRun(run) {
      const id = await db.transaction().execute((transaction) => insertRun(transaction, run));
      return runFromRow(await selectRuns(db).where('run.id', '=', id).executeTakeFirstOrThrow());
    },

    async hasKey(idempotencyKey) {
      const query = db.selectFrom('run').select('id').where('idempotency_key', '=', idempotencyKey);
      return (await query.executeTakeFirst()) !== undefined;
    },

    async run(runId) {
      const id = await findRunId(db, runId);
      return runFromRow(await selectRuns(db).where('run.id', '=', id).executeTakeFirstOrThrow());
    },

    async listRuns({ limit, before, changed, experiment, schedule, isOpen = false, all = false }) {
      let query = selectRuns(db).orderBy('run.id', 'desc').limit(limit);
      if (before !== undefined) query = query.where('run.id', '<', await findRunId(db, before));
      if (changed !== undefined) {
        const since = await findRunId(db, changed.since);
        query = query.where(
          sql<boolean>`(run.id > ${since} or run.id = any (${[...changed.among]}::uuid[]))`,
        );
      }
      if (experiment !== undefined) query = query.where('experiment.name', '=', experiment);
      if (schedule !== undefined)
        query = query.where(sql<boolean>`starts_with(run.idempotency_key, ${firingKey(schedule)})`);
      if (isOpen) query = query.where('run.status', 'in', ['PENDING', 'RUNNING']);
      if (!all)
        query = query.where('run.id', 'not in', db.selectFrom('deleted_run').select('run_id'));
      return (await query.execute()).map(runFromRow);
    },

    async newestReading({ specDigest, baseFolder }) {
      const row = await selectRuns(db)
        .where('run.spec_digest', '=', specDigest)
        .where('run.base_folder', '=', baseFolder)
        .where('run.status', 'in', ['SUCCEEDED', 'PARTIAL'])
        .where('run.mode', 'in', ['fresh', 'drifted'])
        .where('snapshot.digest', 'is not', null)
        .where('deleted_run.run_id', 'is', null)
        .orderBy('run.id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : runFromRow(row);
    },

    async setStatus(runId, status, error) {
      await db
        .transaction()
        .execute((transaction) => moveRun(transaction, runId, status, error ?? null));
    },
  };
}

/** The id of the run that stands under the idempotency key, new or not. */
async function insertRun(db: Kysely<Database>, run: NewRun): Promise<string> {
  await insertRunSources(db, run);
  const { id: experimentId } = await db
    .selectFrom('experiment')
    .select('id')
    .where('name', '=', run.spec.name)
    .executeTakeFirstOrThrow();
  const inserted = await db
    .insertInto('run')
    .values({
      id: run.runId,
      experiment_id: experimentId,
      idempotency_key: run.idempotencyKey,
      spec_digest: run.specDigest,
      code_digest: digestJson(asJson(run.code)),
      environment_digest: digestJson(run.environment),
      root_seed: run.spec.seed,
      workflow_id: run.workflowId,
      base_folder: run.baseFolder,
      requested_by: run.requestedBy,
      ...originRow(run),
    })
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  const stored = await db
    .selectFrom('run')
    .select(['id', 'spec_digest'])
    .where('idempotency_key', '=', run.idempotencyKey)
    .executeTakeFirstOrThrow();
  if (stored.spec_digest !== run.specDigest) {
    throw new Failure(
      'conflict',
      `The idempotency key "${run.idempotencyKey}" belongs to run ${stored.id} with another spec; choose another key.`,
    );
  }
  if (inserted !== undefined)
    await auditRun(db, run.runId, {
      action: 'run.created',
      actor: run.requestedBy,
      role: 'editor',
      reason: run.reason ?? null,
    });
  return stored.id;
}

function originRow({ origin = null, reuse = true }: NewRun) {
  const mode: RunMode = origin?.mode ?? 'fresh';
  return {
    reuse,
    mode,
    origin_run_id: origin?.runId ?? null,
    again: origin?.mode === 'retry' ? JSON.stringify(origin.again) : null,
  };
}

/** What many runs share: each row stands once, under its digest or name. */
async function insertRunSources(db: Kysely<Database>, run: NewRun): Promise<void> {
  const { spec, code, environment } = run;
  await insertRows(db, 'experiment', { name: 'text' }, [{ name: spec.name }]);
  await insertRows(
    db,
    'spec',
    { digest: 'digest', version: 'integer', task: 'text', metric: 'text', document: 'json' },
    [
      {
        digest: run.specDigest,
        version: spec.version,
        task: spec.target.task,
        metric: spec.metric,
        document: spec,
      },
    ],
  );
  await insertRows(
    db,
    'code_version',
    {
      digest: 'digest',
      git_commit: 'text',
      dirty: 'boolean',
      source_digest: 'digest',
      lockfile_digest: 'digest',
      workflow_bundle_digest: 'digest',
      partition_bundle_digest: 'digest',
    },
    [
      {
        digest: digestJson(asJson(code)),
        git_commit: code.gitCommit,
        dirty: code.dirty,
        source_digest: code.sourceDigest,
        lockfile_digest: code.lockfileDigest,
        workflow_bundle_digest: code.workflowBundleDigest,
        partition_bundle_digest: code.partitionBundleDigest,
      },
    ],
  );
  await insertRows(db, 'environment', { digest: 'digest', facts: 'json' }, [
    { digest: digestJson(environment), facts: environment },
  ]);
}

/** The first error stands; the server's clock tells the times, and no run ends before it began, should that be set back. */
async function moveRun(
  db: Kysely<Database>,
  runId: string,
  status: RunStatus,
  error: RunError | null,
): Promise<void> {
  const id = await findRunId(db, runId);
  const { status: current } = await db
    .selectFrom('run')
    .select('status')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (current === status) return;
  if (!NEXT[current].includes(status)) {
    throw new Failure('conflict', `Run ${id} is ${current} and can't become ${status}.`);
  }
  await db
    .updateTable('run')
    .set({
      status,
      error: error?.message.replaceAll('\u0000', '\uFFFD') ?? null,
      error_kind: error?.kind ?? null,
      ...(status === 'RUNNING' ? { started_at: sql<string>`clock_timestamp()` } : {}),
      ...(isTerminal(status)
        ? { ended_at: sql<string>`greatest(clock_timestamp(), started_at)` }
        : {}),
    })
    .where('id', '=', id)
    .execute();
  await announceRun(db, id, status);
  await auditRun(db, id, {
    action: 'run.status',
    actor: 'workflow',
    role: 'system',
    before: current,
  });
}
