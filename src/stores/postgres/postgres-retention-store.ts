import { type Kysely, sql, type Transaction } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { isTerminal } from '../../domain/run.ts';
import type { AliasChange } from '../registry-store.ts';
import type { Deletion, RetentionStore } from '../retention-store.ts';
import { appendAudit } from './append-audit.ts';
import type { Database } from './database.ts';
import { reachableFrom } from './reachable.ts';
import { findRunId } from './run-id.ts';

/** Keeps what became of runs in a table that takes new rows only. */
export function createPostgresRetentionStore(db: Kysely<Database>): RetentionStore {
  return {
    remove: (text, change) =>
      db.transaction().execute(async (transaction) => {
        const runId = await lockRun(transaction, text);
        const known = await deletionOf(transaction, runId);
        if (known !== undefined) return known;
        await checkUnused(transaction, runId);
        return writeEvent(transaction, runId, 'delete', change);
      }),

    restore: (text, change) =>
      db.transaction().execute(async (transaction) => {
        const runId = await lockRun(transaction, text);
        const known = await deletionOf(transaction, runId);
        if (known === undefined) throw new Failure('not-found', `Run ${runId} is not deleted.`);
        if (known.kind === 'purge')
          throw new Failure(
            'conflict',
            `Run ${runId} can't be restored: its models and rows were collected ${known.at.slice(0, 19)}Z. Its record stays; \`partita run\` trains anew.`,
          );
        await writeEvent(transaction, runId, 'restore', change);
      }),

    deletions: () =>
      selectDeletions(db).orderBy('seq', 'desc').execute() as Promise<readonly Deletion[]>,

    async purgeable(deletedBy) {
      const { rows } = await sql<{ run_id: string }>`
        select run_id from deleted_run where kind = 'delete'
          and date_trunc('milliseconds', at) <= ${deletedBy}
          and not exists (select from run where status in ('PENDING', 'RUNNING') and created_at <= at)
        order by run_id`.execute(db);
      return rows.map((row) => row.run_id);
    },

    purge: (runIds, change) =>
      db.transaction().execute(async (transaction) => {
        const purged: string[] = [];
        for (const runId of runIds) {
          await lockRun(transaction, runId);
          if ((await deletionOf(transaction, runId))?.kind !== 'delete') continue;
          await writeEvent(transaction, runId, 'purge', change);
          purged.push(runId);
        }
        return purged;
      }),

    async owner() {
      const { rows } = await sql<{ name: string }>`
        select system_identifier || '-' || oid as name
        from pg_control_system(), pg_database where datname = current_database()`.execute(db);
      const [row] = rows;
      if (row === undefined) throw new RangeError('This database is in no catalogue.');
      return row.name;
    },

    reachable: (without) => reachableFrom(db, without),
  };
}

/** One change of a run's fate at a time; names change under the lock of their experiment. */
async function lockRun(db: Transaction<Database>, text: string): Promise<string> {
  const runId = await findRunId(db, text);
  await sql`select id from experiment where id = (select experiment_id from run where id = ${runId})
    for update`.execute(db);
  return runId;
}

async function checkUnused(db: Kysely<Database>, runId: string): Promise<void> {
  const { status } = await db
    .selectFrom('run')
    .select('status')
    .where('id', '=', runId)
    .executeTakeFirstOrThrow();
  if (!isTerminal(status))
    throw new Failure('conflict', `Run ${runId} is ${status}: cancel it first.`);
  const alias = await db
    .selectFrom('alias')
    .innerJoin('experiment', 'experiment.id', 'alias.experiment_id')
    .select(['experiment.name', 'alias.alias'])
    .where('alias.run_id', '=', runId)
    .executeTakeFirst();
  if (alias !== undefined)
    throw new Failure(
      'conflict',
      `Run ${runId} answers as ${alias.name}@${alias.alias}: promote another run to it first.`,
    );
}

function selectDeletions(db: Kysely<Database>) {
  return db.selectFrom('deleted_run').select(['run_id as runId', 'kind', 'actor', 'reason', 'at']);
}

async function deletionOf(db: Kysely<Database>, runId: string): Promise<Deletion | undefined> {
  const row = await selectDeletions(db).where('run_id', '=', runId).executeTakeFirst();
  return row as Deletion | undefined;
}

async function writeEvent(
  db: Kysely<Database>,
  runId: string,
  kind: Deletion['kind'] | 'restore',
  { actor, role, reason }: AliasChange,
): Promise<Deletion> {
  const { at } = await db
    .insertInto('run_deletion_event')
    .values({ run_id: runId, kind, actor, reason })
    .returning('at')
    .executeTakeFirstOrThrow();
  await appendAudit(db, { actor, role, reason, action: `run.${kind}`, target: { run: runId } });
  return { runId, kind: kind === 'restore' ? 'delete' : kind, actor, reason, at };
}

/** Throws `Failure('conflict')` for a run that is deleted: it answers nobody. */
export async function refuseDeleted(db: Kysely<Database>, runId: string): Promise<void> {
  const deletion = await deletionOf(db, runId);
  if (deletion === undefined) return;
  const { actor, at, kind } = deletion;
  const way =
    kind === 'purge'
      ? 'its models were collected since'
      : `\`partita runs restore ${runId}\` brings it back`;
  throw new Failure(
    'conflict',
    `Run ${runId} was deleted by ${actor} ${at.slice(0, 19)}Z; ${way}.`,
  );
}
