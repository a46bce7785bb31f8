import { asJson } from '../domain/json.ts';
import { digestJson } from '../frame/digest.ts';
import { checkSource } from '../sources/check-source.ts';
import type { NewRun } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';
import type { PreparedSpec, SubmitOptions } from './requests.ts';

/**
 * Records the run, then starts its workflow: a crash between the two leaves a PENDING run, and submitting again with the
 * same idempotency key starts it. Throws `Failure('invalid-data')` and records nothing when a source file is missing,
 * `Failure('unreachable')` when its server is, unless the key has a run already, which may have read it long ago.
 */
export async function submitRun(
  context: OperationContext,
  prepared: PreparedSpec,
  { idempotencyKey, requestedBy = context.user, reuse = true }: SubmitOptions = {},
): Promise<{ readonly runId: string }> {
  const isKnown = idempotencyKey !== undefined && (await context.runs.hasKey(idempotencyKey));
  if (!isKnown) {
    const { spec, baseFolder } = prepared;
    await checkSource(
      spec.data.source,
      baseFolder,
      context.snapshotRequest(spec, baseFolder).sourceUrl,
    );
  }
  return startNewRun(context, {
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    spec: prepared.spec,
    specDigest: prepared.digest,
    baseFolder: prepared.baseFolder,
    requestedBy,
    reuse,
  });
}

/** What a run is about; its id, code and machine are added. */
type WantedRun = Pick<
  NewRun,
  'spec' | 'specDigest' | 'baseFolder' | 'requestedBy' | 'origin' | 'reuse'
> & { readonly idempotencyKey?: string };

/** One key names one thing that was asked for: a run's retry is not its reproduction, nor another run's. */
function keyOf({ idempotencyKey, origin = null }: WantedRun): string | undefined {
  if (idempotencyKey === undefined || origin === null) return idempotencyKey;
  const { mode, runId } = origin;
  const again = mode === 'retry' ? ` ${digestJson(asJson(origin.again))}` : '';
  return `${mode} ${runId}${again}: ${idempotencyKey}`;
}

/** Records the run and starts its workflow; under a known idempotency key, the run that exists. */
export async function startNewRun(
  context: OperationContext,
  wanted: WantedRun,
): Promise<{ readonly runId: string }> {
  // Before anything is recorded: it may be away.
  const temporal = await context.temporal();
  const code = await context.codeVersion();
  // As late as can be: whoever asks for runs since a newer one does not see it between here and its row.
  const runId = await context.runs.newRunId();
  const run = await context.runs.createRun({
    ...wanted,
    idempotencyKey: keyOf(wanted) ?? runId,
    runId,
    code,
    environment: context.environment,
    workflowId: `run:${runId}`,
  });
  await temporal.start(
    run.workflowId,
    { runId: run.runId, concurrency: context.concurrency },
    { experiment: run.experiment, spec: run.specDigest, mode: run.origin?.mode ?? 'fresh' },
  );
  return { runId: run.runId };
}
