import { setTimeout as wait } from 'node:timers/promises';
import { isTerminal } from '../domain/run.ts';
import type { RunRecord } from '../stores/run-records.ts';
import type { BrokenOff } from '../temporal/runs.ts';
import type { OperationContext } from './context.ts';

type Settling = Pick<OperationContext, 'runs' | 'bookmarks' | 'temporal'>;

/** How often a worker looks for such runs, milliseconds. */
const PAUSE_MS = 30_000;
/** Open runs that are looked at each time, the newest first. */
const LOOKED_AT = 200;

/**
 * The run as it stands on record once its workflow is over. A workflow that ended without putting that on record did not
 * decide to: the run is FAILED, with what Temporal says of it. What was trained stays, for the next run to take over.
 */
export async function settleRun(on: Settling, runId: string): Promise<RunRecord> {
  const { runs, bookmarks } = on;
  const run = await runs.run(runId);
  if (isTerminal(run.status)) return run;
  const broken = await (await on.temporal()).brokenOff(run.workflowId);
  if (broken === null) return run;
  await runs.setStatus(run.runId, 'FAILED', { message: messageOf(broken), kind: 'run-failed' });
  await bookmarks.release(run.runId);
  return runs.run(run.runId);
}

/** Settles the runs that nobody watches, until `stop` aborts. What can't be reached now is asked again later. */
export async function settleRuns(on: Settling, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await settleOpenRuns(on, stop).catch(() => undefined);
    await wait(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function settleOpenRuns(on: Settling, stop: AbortSignal): Promise<void> {
  for (const { runId } of await on.runs.listRuns({ limit: LOOKED_AT, isOpen: true, all: true })) {
    if (stop.aborted) return;
    // One that can't be looked at does not hold up the others.
    await settleRun(on, runId).catch(() => undefined);
  }
}

function messageOf({ kind, why }: BrokenOff): string {
  const again =
    'Run its spec again: what it has trained is taken over, as far as the same code fits it.';
  switch (kind) {
    case 'undecidable':
      return `The run began with the workflows of another version of Partita, which decide otherwise than those of its worker now, so that it can't go on. ${again} (${why})`;
    case 'terminated':
      return `Somebody has terminated the run's workflow in Temporal (${why}). ${again}`;
    case 'ended':
      return `The run's workflow has ended in Temporal before the run had: ${why}. ${again}`;
  }
}
