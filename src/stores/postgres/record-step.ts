import { type Kysely, sql, type Transaction } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { FailureReason } from '../../domain/run.ts';
import { digestJson } from '../../frame/digest.ts';
import type { Attempt, StepName } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import { announceStep } from './announce.ts';
import { auditRun, auditStep } from './append-audit.ts';
import type { Database } from './database.ts';

export type StepWrite = StepName & {
  readonly attempt: Attempt;
  /** Of the result without its times; null where two attempts may differ for good reason. */
  readonly outputDigest: Digest | null;
};

export function stepQueries(db: Kysely<Database>): Pick<RunStore, 'hasRecorded'> {
  return {
    async hasRecorded({ runId, stage, scope, batch }, { attempt, activityId }) {
      const row = await db
        .selectFrom('step')
        .select('id')
        .where('run_id', '=', runId)
        .where('stage', '=', stage)
        .where('scope', '=', scope)
        .where('batch', '=', batch)
        .where('activity_id', '=', activityId)
        .where('attempt', '<', attempt)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

/** Another attempt may have more time or memory: what ended so is no evidence against it. */
const OVER_LIMITS: ReadonlySet<string> = new Set<FailureReason>([
  'timeout',
  'out_of_memory',
  'thread_died',
]);

/** The digest that tells results apart; null when one of the reasons in it is that a partition ran over its limits. */
export function outputDigest(result: JsonObject, reasons: readonly string[]): Digest | null {
  const digest = digestJson(result);
  return reasons.some((reason) => OVER_LIMITS.has(reason)) ? null : digest;
}

type StepEnd =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'fenced'; readonly newest: number }
  | { readonly kind: 'not-reproducible' };

/**
 * Writes a step's result once, in one transaction: the first writer's rows stand, a second one with the same result
 * changes nothing but the list of attempts. Throws `Failure('conflict')` for an attempt older than the newest of its
 * activity, and `Failure('not-reproducible')` for another result, which also raises the alarm on the run; both stay
 * recorded.
 */
export async function recordStep(
  db: Kysely<Database>,
  step: StepWrite,
  write: (transaction: Transaction<Database>, stepId: number) => Promise<void>,
): Promise<void> {
  const end = await db.transaction().execute(async (transaction): Promise<StepEnd> => {
    const stepId = await beginStep(transaction, step);
    if (stepId === null) return repeatStep(transaction, step);
    await write(transaction, stepId);
    await recordLostAttempts(transaction, stepId, step.attempt);
    await recordAttempt(transaction, stepId, step.attempt, 'SUCCEEDED');
    await announceStep(transaction, step.runId, step.stage);
    await auditStep(transaction, stepId, workerName(step.attempt));
    return { kind: 'recorded' };
  });
  if (end.kind === 'fenced') {
    throw new Failure(
      'conflict',
      `Attempt ${step.attempt.attempt} at ${nameOf(step)} came after attempt ${end.newest} and was refused; the newer result stands.`,
    );
  }
  if (end.kind === 'not-reproducible') throw new Failure('not-reproducible', alarmOf(step));
}

/** The new step's id; null when it is there already. Waits for a writer of the same step that has not committed yet. */
async function beginStep(db: Kysely<Database>, step: StepWrite): Promise<number | null> {
  const row = await db
    .insertInto('step')
    .values({
      run_id: step.runId,
      stage: step.stage,
      scope: step.scope,
      batch: step.batch,
      attempt: step.attempt.attempt,
      activity_id: step.attempt.activityId,
      output_digest: step.outputDigest,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

async function repeatStep(db: Kysely<Database>, step: StepWrite): Promise<StepEnd> {
  const { attempt, outputDigest } = step;
  const first = await db
    .selectFrom('step')
    .select(['id', 'attempt', 'activity_id', 'output_digest'])
    .where('run_id', '=', step.runId)
    .where('stage', '=', step.stage)
    .where('scope', '=', step.scope)
    .where('batch', '=', step.batch)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (first.activity_id === attempt.activityId && attempt.attempt < first.attempt) {
    await recordLostAttempts(db, first.id, { ...attempt, attempt: attempt.attempt + 1 });
    return { kind: 'fenced', newest: first.attempt };
  }
  await db
    .updateTable('step')
    .set({ attempt: attempt.attempt, activity_id: attempt.activityId })
    .where('id', '=', first.id)
    .execute();
  if (
    first.output_digest === null ||
    outputDigest === null ||
    first.output_digest === outputDigest
  ) {
    await recordAttempt(db, first.id, attempt, 'DUPLICATE');
    return { kind: 'duplicate' };
  }
  await recordAttempt(db, first.id, attempt, 'FAILED');
  await raiseAlarm(db, step);
  return { kind: 'not-reproducible' };
}

/** The first alarm stands. */
async function raiseAlarm(db: Kysely<Database>, step: StepWrite): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('run')
    .set({ not_reproducible: alarmOf(step) })
    .where('id', '=', step.runId)
    .where('not_reproducible', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  const actor = workerName(step.attempt);
  await auditRun(db, step.runId, { action: 'run.alarm', actor, role: 'system' });
}

function workerName({ worker }: Attempt): string {
  return `worker ${worker}`;
}

/** Earlier attempts of which nothing arrived: their workers died, or they failed and were tried again. */
async function recordLostAttempts(
  db: Kysely<Database>,
  stepId: number,
  { attempt, activityId, scheduledAt, startedAt }: Attempt,
): Promise<void> {
  if (attempt === 1) return;
  await sql`
    insert into step_attempt (step_id, attempt, activity_id, worker, outcome, started_at, ended_at)
    select ${stepId}::bigint, number, ${activityId}, 'unknown', 'LOST',
      ${scheduledAt ?? startedAt}::timestamptz, ${startedAt}::timestamptz
    from generate_series(1, ${attempt - 1}::integer) as number
    where not exists (select from step_attempt known where known.step_id = ${stepId}
      and known.activity_id = ${activityId} and known.attempt = number)`.execute(db);
}

export async function recordAttempt(
  db: Kysely<Database>,
  stepId: number,
  attempt: Attempt,
  outcome: Database['step_attempt']['outcome'],
): Promise<void> {
  await db
    .insertInto('step_attempt')
    .values({
      step_id: stepId,
      attempt: attempt.attempt,
      activity_id: attempt.activityId,
      worker: attempt.worker,
      outcome,
      queued_at: attempt.queuedAt ?? null,
      started_at: attempt.startedAt,
    })
    .execute();
}

function nameOf({ runId, stage, scope, batch }: StepWrite): string {
  return `${stage} (${scope}, batch ${batch}) of run ${runId}`;
}

function alarmOf(step: StepWrite): string {
  return step.stage === 'snapshot'
    ? `The source of run ${step.runId} changed between two attempts at reading it; the first snapshot stands. Start the run again, or read from a source that stands still.`
    : `${nameOf(step)} gave another result on attempt ${step.attempt.attempt} than before; the first result stands. Look for code that is not deterministic, or a machine that computes wrongly.`;
}
