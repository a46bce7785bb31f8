import { Failure } from '../domain/failure.ts';
import { type Again, isFitted, isTerminal } from '../domain/run.ts';
import { refuseDeleted } from '../stores/deleted-run.ts';
import type { PartitionRecord, RunRecord } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';
import type { RetryRequest, RetryResult } from './requests.ts';
import { startNewRun } from './submit.ts';

const LISTED = 100;

/**
 * Starts a run on the rows that another one read, under the same spec: what is asked for is fitted again, the rest taken
 * over. Throws `Failure('conflict')` while the other run goes on.
 */
export async function retryRun(
  context: OperationContext,
  request: RetryRequest,
): Promise<RetryResult> {
  const origin = await context.runs.run(request.run);
  if (!isTerminal(origin.status))
    throw new Failure(
      'conflict',
      `Run ${origin.runId} is ${origin.status}: wait for its end, or cancel it first.`,
    );
  refuseDeleted(origin);
  const again = await whatAgain(context, origin, request);
  const plan = await planRetry(context, origin, again);
  if (request.dryRun === true) return { ...plan, runId: null };
  const { runId } = await startNewRun(context, {
    ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    spec: origin.spec,
    specDigest: origin.specDigest,
    baseFolder: origin.baseFolder,
    requestedBy: request.requestedBy ?? context.user,
    origin: { mode: 'retry', runId: origin.runId, again },
  });
  return { ...plan, runId };
}

async function whatAgain(
  { runs }: OperationContext,
  { runId }: RunRecord,
  { which, partition }: RetryRequest,
): Promise<Again> {
  if (partition === undefined) return { which };
  return { which, partition: (await runs.partition(runId, partition)).partitionId };
}

/** What the new run will do, as far as its origin's rows can tell. */
async function planRetry(
  { runs, codeVersion }: OperationContext,
  origin: RunRecord,
  again: Again,
): Promise<Omit<RetryResult, 'runId'>> {
  const { partitionBundleDigest } = await codeVersion();
  const isOtherCode = origin.partitionBundle !== partitionBundleDigest;
  const texts: string[] = [];
  let takenOver = 0;
  for await (const record of runs.partitions(origin.runId)) {
    if (!isFitted(record.decision)) continue;
    if (isOtherCode || isFittedAgain(record, again)) texts.push(record.text);
    else takenOver++;
  }
  return {
    origin: origin.runId,
    again: texts.length,
    takenOver,
    partitions: texts.slice(0, LISTED),
    note: noteOf(origin, isOtherCode),
  };
}

function isFittedAgain({ partitionId, trained }: PartitionRecord, again: Again): boolean {
  if (trained === null) return true;
  const isNamed = again.partition === undefined || again.partition === partitionId;
  const hasModel = trained.kind === 'trained' && trained.model !== null;
  return isNamed && (again.which === 'all' || (again.which === 'failed' && !hasModel));
}

function noteOf(origin: RunRecord, isOtherCode: boolean): string | null {
  if (origin.snapshot === null) return 'The run had not read its source: it is read now.';
  if (origin.plan === null) return 'The run had decided about no partition yet: all are fitted.';
  if (isOtherCode)
    return 'The code that fits models has changed since: everything is fitted again.';
  return null;
}
