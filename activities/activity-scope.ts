import { Context } from '@temporalio/activity';
import { asJson, type JsonObject } from '../src/domain/json.ts';
import { type Advance, type Bookmark, Departure } from '../src/engines/engine.ts';
import type { Attempt, StepName } from '../src/stores/run-records.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { toApplicationFailure } from './failures.ts';
import { runBookmark } from './run-bookmark.ts';

/** How often a running activity says that it lives; well under the heartbeat time-outs of `workflows/activity-calls.ts`. */
const HEARTBEAT_MS = 3_000;

export type ActivityScope = {
  /** Aborted when the workflow cancels the activity; with a `Departure` when the worker shuts down, or has lost it. */
  readonly signal: AbortSignal;
  /** Fences the writes of this attempt. */
  readonly attempt: Attempt;
  /** Goes out with the heartbeats, for whoever watches the run. */
  readonly advance: (advance: Advance) => void;
};

/** Of an activity whose work runs on an engine. */
export type EngineScope = ActivityScope & {
  readonly bookmark: Bookmark;
  /** Drops what the engine keeps of its jobs: another attempt begins them anew. */
  readonly forget: () => Promise<void>;
};

/** Runs an activity's work with heartbeats, cancellation and its failures in Temporal's terms. */
export async function inActivity<Result>(
  work: (scope: ActivityScope) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  let details: JsonObject | undefined;
  const beat = () => context.heartbeat(details);
  const heartbeat = setInterval(beat, HEARTBEAT_MS);
  beat();
  try {
    return await work({
      signal: signalOf(context),
      attempt: {
        attempt: context.info.attempt,
        activityId: context.info.activityId,
        worker: `${process.pid}`,
        scheduledAt: new Date(context.info.scheduledTimestampMs).toISOString(),
        queuedAt: new Date(context.info.currentAttemptScheduledTimestampMs).toISOString(),
        startedAt: new Date().toISOString(),
      },
      advance: (advance) => {
        details = asJson(advance);
      },
    });
  } catch (error) {
    // A cancelled activity reports Temporal's own reason, whatever its work threw on the way out.
    if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
    throw toApplicationFailure(error, context.info.attempt);
  } finally {
    clearInterval(heartbeat);
  }
}

/** Work on an engine, which ends with recording its outcomes as a step. */
export type EngineWork<Result> = {
  readonly step: StepName;
  readonly work: (scope: EngineScope) => Promise<Result>;
  /** The result of an attempt that recorded the step, from the record. */
  readonly recorded: () => Promise<Result>;
};

/**
 * The same of work on an engine. What the engine keeps of its jobs for another attempt is dropped when the step is
 * recorded; should this process die before Temporal hears of it, the next attempt finds the record and starts nothing.
 */
export async function inEngineActivity<Result>(
  { bookmarks, runs }: Pick<ActivityDependencies, 'bookmarks' | 'runs'>,
  { step, work, recorded }: EngineWork<Result>,
): Promise<Result> {
  return inActivity(async (scope) => {
    const { attempt } = scope;
    if (attempt.attempt > 1 && (await runs.hasRecorded(step, attempt))) return recorded();
    const bookmark = runBookmark(bookmarks, step.runId, scope.advance);
    const result = await work({ ...scope, bookmark, forget: bookmark.release });
    await bookmark.release();
    return result;
  });
}

/** Only who asks for the run's end wants what runs elsewhere to end: a worker that leaves will be followed by another. */
function signalOf(context: Context): AbortSignal {
  const { cancellationSignal } = context;
  const stop = new AbortController();
  const pass = () => {
    const { reason } = cancellationSignal;
    const isWanted = context.cancellationDetails?.cancelRequested ?? false;
    const departure = new Departure('This worker leaves the work to another.', { cause: reason });
    stop.abort(isWanted ? reason : departure);
  };
  if (cancellationSignal.aborted) pass();
  else cancellationSignal.addEventListener('abort', pass, { once: true });
  return stop.signal;
}
