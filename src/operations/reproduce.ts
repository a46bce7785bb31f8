import { Failure } from '../domain/failure.ts';
import { asJson } from '../domain/json.ts';
import { isTerminal, type Stage } from '../domain/run.ts';
import type { AboutRun, NewAuditEvent } from '../stores/audit-store.ts';
import { refuseDeleted } from '../stores/deleted-run.ts';
import type { RunRecord } from '../stores/run-records.ts';
import { compareRuns, type FirstDifference, type RunChanges } from './compare-runs.ts';
import type { OperationContext } from './context.ts';
import { askedBy } from './model-sets.ts';
import type { DifferenceCause, Reproduction } from './reproduction.ts';
import type { Asker } from './requests.ts';
import { startNewRun } from './submit.ts';

/** A reproduction under way, or one that has failed before it began. */
export type ReproductionStart =
  | { readonly kind: 'started'; readonly runId: string; readonly origin: string }
  | { readonly kind: 'ended'; readonly reproduction: Reproduction };

export type ReproduceOptions = {
  /** Who asks, where it is not who runs this process. */
  readonly requestedBy?: string;
  readonly role?: Asker['role'] | undefined;
  /** The same key again: the run that exists. */
  readonly idempotencyKey?: string | undefined;
};

/**
 * Checks the bytes that a run read against their digests, then starts the same run on them with nothing taken over; where
 * they are gone or changed, nothing is started. Throws `Failure('conflict')` while the run goes on, and for one that
 * never came to its end.
 */
export async function startReproduction(
  context: OperationContext,
  id: string,
  { requestedBy = context.user, role = 'admin', idempotencyKey }: ReproduceOptions = {},
): Promise<ReproductionStart> {
  const origin = await context.runs.run(id);
  if (!isTerminal(origin.status))
    throw new Failure('conflict', `Run ${origin.runId} is ${origin.status}: wait for its end.`);
  if (origin.report === null)
    throw new Failure(
      'conflict',
      `Run ${origin.runId} ended ${origin.status} before its report: there is no result to reproduce. \`partita retry ${origin.runId} --missing\` brings it to an end.`,
    );
  refuseDeleted(origin);
  const broken = await brokenRows(context, origin);
  if (broken !== null) {
    const reproduction = unreproducible(origin, broken);
    await context.audit.append(outcomeEvent(reproduction, { actor: requestedBy, role }));
    return { kind: 'ended', reproduction };
  }
  const { runId } = await startNewRun(context, {
    spec: origin.spec,
    specDigest: origin.specDigest,
    baseFolder: origin.baseFolder,
    requestedBy,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    reuse: false,
    origin: { mode: 'reproduce', runId: origin.runId },
  });
  return { kind: 'started', runId, origin: origin.runId };
}

/** How the stored rows differ from those that were read; null: not at all. */
async function brokenRows(
  { objects }: OperationContext,
  { snapshot }: RunRecord,
): Promise<FirstDifference | null> {
  const digest = snapshot?.parquet ?? null;
  const state = digest === null ? 'missing' : await objects.state(digest);
  if (state === 'sound') return null;
  return { stage: 'snapshot', partition: null, what: 'stored rows', values: [digest, state] };
}

function unreproducible({ runId: origin }: RunRecord, first: FirstDifference): Reproduction {
  const changed = { spec: {}, code: {}, environment: {}, data: { [first.what]: first.values } };
  const none = { runId: null, isReproduced: false, partitions: 0 } as const;
  return { ...none, origin, first, cause: 'data', changed };
}

/**
 * How a run that was started so came out, against its origin; nothing is written. Throws `Failure('run-failed')` where
 * it came to no end itself, which says nothing about its origin, and `Failure('usage')` for any other run.
 */
export async function compareReproduction(
  context: OperationContext,
  id: string,
): Promise<Reproduction> {
  const again = await context.runs.run(id);
  if (again.origin?.mode !== 'reproduce')
    throw new Failure(
      'usage',
      `Run ${again.runId} does not reproduce another run. \`partita diff\` compares any two.`,
    );
  if (again.report === null)
    throw new Failure(
      'run-failed',
      `Run ${again.runId}, which repeats run ${again.origin.runId}, is ${again.status}${again.error === null ? '' : ` (${again.error})`}: nothing can be said of the other yet.`,
    );
  const origin = await context.runs.run(again.origin.runId);
  const { changed, first, partitions } = await compareRuns(context, origin, again);
  return {
    runId: again.runId,
    origin: origin.runId,
    isReproduced: first === null,
    partitions: partitions.both,
    first,
    cause: first === null ? null : causeOf(first, changed, origin),
    changed,
  };
}

/** The same, kept in the audit trail for the cards of the origin's models; a second time it is not kept again. */
export async function recordReproduction(
  context: OperationContext,
  id: string,
  by?: Asker,
): Promise<Reproduction> {
  const reproduction = await compareReproduction(context, id);
  await context.audit.appendOnce(outcomeEvent(reproduction, askedBy(context, by)));
  return reproduction;
}

/** What a slower or smaller machine does to a fit. */
const OVER_LIMITS: readonly unknown[] = ['timeout', 'out_of_memory', 'thread_died'];

/** Stages that the worker does, not the partition functions. */
const AROUND_FITS: readonly Stage[] = ['snapshot', 'condition', 'choose', 'report'];

/** Other rows explain everything, other code what is left, another machine the rest. */
function causeOf(
  { stage, what, values }: FirstDifference,
  { data, code, environment }: RunChanges,
  { partitionBundle }: RunRecord,
): DifferenceCause {
  if (Object.keys(data).length > 0) return 'data';
  // Fits come from the bundle of partition functions; what is around them from all of the code.
  const isOfBundle = !AROUND_FITS.includes(stage);
  const isSameBundle = !('partitionBundleDigest' in code) && partitionBundle !== null;
  if (Object.keys(code).length > 0 && !(isOfBundle && isSameBundle)) return 'code';
  if (what === 'failed' && values.some((reason) => OVER_LIMITS.includes(reason)))
    return 'environment';
  return Object.keys(environment).length > 0 ? 'environment' : 'non-determinism';
}

/** For whoever asks later whether the models of a run could be made again. */
function outcomeEvent(
  { runId, origin, isReproduced, cause, first }: Reproduction,
  { actor, role }: Pick<NewAuditEvent, 'actor' | 'role'>,
): NewAuditEvent & AboutRun {
  return {
    actor,
    role,
    action: 'run.reproduced',
    target: { run: origin, ...(runId === null ? {} : { again: runId }) },
    after: asJson({ isReproduced, cause, first }),
  };
}
