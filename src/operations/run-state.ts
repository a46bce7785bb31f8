import { setTimeout as wait } from 'node:timers/promises';
import { isTerminal } from '../domain/run.ts';
import type { RunRecord } from '../stores/run-store.ts';
import {
  cancelRun,
  pauseRun,
  resumeRun,
  runProgress,
  setRunConcurrency,
} from '../temporal/runs.ts';
import type { OperationContext } from './context.ts';
import type { RunControl, RunState } from './services.ts';

/** How often a watcher asks, in milliseconds: progress is a query that costs the worker little. */
const POLL_MS = 400;

/** What has happened comes from Postgres, what is happening from Temporal. */
export async function runState(context: OperationContext, id: string): Promise<RunState> {
  const run = await context.runs.run(id);
  if (isTerminal(run.status)) return endedState(run);
  const live = await runProgress(context.temporal, run.workflowId);
  if (live === null) return endedState(run);
  const { stage, paused, concurrency, partitions, trained, failed, batches } = live;
  return { ...endedState(run), stage, paused, concurrency, partitions, trained, failed, batches };
}

export async function watchRun(
  context: OperationContext,
  id: string,
  onState: (state: RunState) => void,
  signal: AbortSignal,
): Promise<RunState> {
  let last = '';
  for (;;) {
    const state = await runState(context, id);
    const text = JSON.stringify(state);
    if (text !== last) onState(state);
    last = text;
    if (isTerminal(state.status) || signal.aborted) return state;
    await wait(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

export async function controlRun(
  context: OperationContext,
  id: string,
  control: RunControl,
): Promise<RunState> {
  const { workflowId } = await context.runs.run(id);
  switch (control.kind) {
    case 'pause':
      await pauseRun(context.temporal, workflowId);
      break;
    case 'resume':
      await resumeRun(context.temporal, workflowId);
      break;
    case 'cancel':
      await cancelRun(context.temporal, workflowId);
      break;
    case 'set-concurrency':
      await setRunConcurrency(context.temporal, workflowId, control.concurrency);
      break;
  }
  return runState(context, id);
}

function endedState(run: RunRecord): RunState {
  return {
    runId: run.runId,
    experiment: run.experiment,
    status: run.status,
    stage: null,
    paused: false,
    concurrency: 0,
    partitions: run.snapshot?.partitionCount ?? 0,
    trained: 0,
    failed: 0,
    batches: { done: 0, running: 0, total: 0 },
    error: run.error,
  };
}
