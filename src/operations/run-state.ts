import { setTimeout as wait } from 'node:timers/promises';
import { isTerminal } from '../domain/run.ts';
import type { RunRecord } from '../stores/run-store.ts';
import {
  cancelRun,
  pauseRun,
  resumeRun,
  runEnd,
  runProgress,
  setRunConcurrency,
} from '../temporal/runs.ts';
import type { OperationContext } from './context.ts';
import type { RunControl, RunState } from './services.ts';

/** How often a watcher asks, in milliseconds. Each question is work for the server and the worker that also trains. */
const POLL_MS = 1000;

/** What has happened comes from Postgres, what is happening from Temporal. */
export async function runState(context: OperationContext, id: string): Promise<RunState> {
  const run = await context.runs.run(id);
  if (isTerminal(run.status)) return endedState(run);
  const live = await runProgress(context.temporal, run.workflowId);
  if (live === null) return endedState(run);
  const { stage, paused, concurrency, partitions, trained, failed, batches } = live;
  return { ...endedState(run), stage, paused, concurrency, partitions, trained, failed, batches };
}

/** Asks now and then how far the run is, and at once when it has ended. */
export async function watchRun(
  context: OperationContext,
  id: string,
  onState: (state: RunState) => void,
  signal: AbortSignal,
): Promise<RunState> {
  const { workflowId } = await context.runs.run(id);
  const ended = new AbortController();
  void runEnd(context.temporal, workflowId).then(() => ended.abort());
  const wake = AbortSignal.any([signal, ended.signal]);
  let last = '';
  for (;;) {
    const state = await runState(context, id);
    const text = JSON.stringify(state);
    if (text !== last) onState(state);
    last = text;
    if (isTerminal(state.status) || signal.aborted) return state;
    // The workflow's end wakes once; a run that someone ended from outside has no record of it yet.
    const alarm = ended.signal.aborted ? signal : wake;
    await wait(POLL_MS, undefined, { signal: alarm }).catch(() => undefined);
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
