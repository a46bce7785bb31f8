import { Context } from '@temporalio/activity';
import type { JsonObject } from '../src/domain/json.ts';
import type { Bookmark } from '../src/engines/engine.ts';
import type { Attempt } from '../src/stores/run-store.ts';
import { toApplicationFailure } from './failures.ts';

/** How often a running activity says that it lives; well under the heartbeat time-outs of `workflows/activity-calls.ts`. */
const HEARTBEAT_MS = 3_000;

export type ActivityScope = {
  /** Aborted when the workflow cancels the activity or the worker shuts down. */
  readonly signal: AbortSignal;
  /** Fences the writes of this attempt. */
  readonly attempt: Attempt;
  /** Kept with the heartbeats: the next attempt finds what this one wrote. */
  readonly bookmark: Bookmark;
};

/** Runs an activity's work with heartbeats, cancellation and its failures in Temporal's terms. */
export async function inActivity<Result>(
  work: (scope: ActivityScope) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  let place = context.info.heartbeatDetails as JsonObject | undefined;
  const beat = () => context.heartbeat(place);
  const heartbeat = setInterval(beat, HEARTBEAT_MS);
  beat();
  try {
    return await work({
      signal: context.cancellationSignal,
      attempt: {
        attempt: context.info.attempt,
        activityId: context.info.activityId,
        worker: `${process.pid}`,
        startedAt: new Date().toISOString(),
      },
      bookmark: {
        read: () => place,
        write: (written) => {
          place = written;
          beat();
        },
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
