import { Context } from '@temporalio/activity';
import { asJson, type JsonObject } from '../src/domain/json.ts';
import { type Advance, type Bookmark, Departure } from '../src/engines/engine.ts';
import type { BookmarkStore } from '../src/stores/bookmark-store.ts';
import type { Attempt } from '../src/stores/run-store.ts';
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
export type EngineScope = ActivityScope & { readonly bookmark: Bookmark };

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

/**
 * The same of work on an engine, which ends with recording its outcomes: what the engine keeps of its jobs for another
 * attempt is dropped then.
 */
export async function inEngineActivity<Result>(
  bookmarks: BookmarkStore,
  runId: string,
  work: (scope: EngineScope) => Promise<Result>,
): Promise<Result> {
  return inActivity(async (scope) => {
    const bookmark = runBookmark(bookmarks, runId, scope.advance);
    const result = await work({ ...scope, bookmark });
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
