import { setTimeout as wait } from 'node:timers/promises';
import { isFailure } from '../domain/failure.ts';
import { isTerminal } from '../domain/run.ts';
import type { RunRecord } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';
import type { Asker, RunControl, RunState } from './requests.ts';
import { settleRun } from './settle.ts';

/** How often a watcher asks, in milliseconds. Each question is work for the server and the worker that also trains. */
const POLL_MS = 1000;
/** How often in a row a watcher finds no database before it gives up: one that ends in peace may take a minute. */
const OUTAGE_POLLS = 120;
/** From which of them on it says so: what dies and is started again at once is nobody's trouble. */
const TOLD_POLLS = 3;

/** What has happened comes from Postgres, what is happening from Temporal. */
export async function runState(context: OperationContext, id: string): Promise<RunState> {
  const run = await context.runs.run(id);
  if (isTerminal(run.status)) return endedState(context, run);
  const temporal = await context.temporal();
  const { isOver, ...activities } = await temporal.activities(run.workflowId);
  if (isOver) return endedState(context, await settleRun(context, id));
  const live = await temporal.progress(run.workflowId);
  if (live === null) return { ...unheardOf(run), ...activities };
  const { stage, paused, concurrency, partitions, trained, failed, batches } = live;
  return {
    ...unheardOf(run),
    ...activities,
    stage,
    paused,
    concurrency,
    partitions,
    trained,
    failed,
    batches,
  };
}

/**
 * Asks now and then how far the run is, and at once when it has ended. `context` gives what stands now: another one once
 * a part that had died was started again.
 */
export async function watchRun(
  context: () => Promise<OperationContext>,
  id: string,
  onState: (state: RunState) => void,
  signal: AbortSignal,
): Promise<RunState> {
  const ask = async () => runState(await context(), id);
  const { temporal, workflowId } = await insist(async () => {
    const first = await context();
    return { temporal: await first.temporal(), ...(await first.runs.run(id)) };
  }, signal);
  // Wakes once: at the workflow's end, or when the server that would tell of it goes away.
  const woken = new AbortController();
  void temporal.end(workflowId).then(() => woken.abort());
  const wake = AbortSignal.any([signal, woken.signal]);
  let known: RunState | null = null;
  let shown = '';
  const show = (state: RunState) => {
    const text = JSON.stringify(state);
    if (text !== shown) onState(state);
    shown = text;
  };
  const tell = ({ message }: Error) => known !== null && show({ ...known, trouble: message });
  for (;;) {
    const state: RunState = await insist(ask, signal, tell);
    known = state;
    show(state);
    if (isTerminal(state.status) || signal.aborted) return state;
    const alarm = woken.signal.aborted ? signal : wake;
    await wait(POLL_MS, undefined, { signal: alarm }).catch(() => undefined);
  }
}

/** A server that is away for a moment, between its death and its repair say, is asked again; `tell`: it stays away. */
export async function insist<Result>(
  ask: () => Promise<Result>,
  signal: AbortSignal,
  tell: (error: Error) => void = () => undefined,
): Promise<Result> {
  for (let left = OUTAGE_POLLS; ; left--) {
    try {
      return await ask();
    } catch (error) {
      const isAway = isFailure(error) && error.kind === 'unreachable';
      if (!isAway || left === 0 || signal.aborted) throw error;
      if (OUTAGE_POLLS - left >= TOLD_POLLS) tell(error);
      await wait(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

export async function controlRun(
  context: OperationContext,
  id: string,
  control: RunControl,
  { actor = context.user, role = 'admin', reason = null }: Asker = {},
): Promise<RunState> {
  const { runId, workflowId } = await context.runs.run(id);
  const temporal = await context.temporal();
  switch (control.kind) {
    case 'pause':
      await temporal.pause(workflowId);
      break;
    case 'resume':
      await temporal.resume(workflowId);
      break;
    case 'cancel':
      await temporal.cancel(workflowId);
      break;
    case 'set-concurrency':
      await temporal.setConcurrency(workflowId, control.concurrency);
      break;
  }
  const { kind, ...after } = control;
  const event = { actor, role, action: `run.${kind}`, target: { run: runId }, reason };
  await context.audit.append({ ...event, after });
  return runState(context, id);
}

/** With what the record counts: nobody else does any more. */
async function endedState(
  { facts }: Pick<OperationContext, 'facts'>,
  run: RunRecord,
): Promise<RunState> {
  const { trained = 0, reused = 0, failed = 0 } = await facts.partitionStates(run.runId);
  return { ...unheardOf(run), trained: trained + reused, failed };
}

/** What is known of a run that says nothing of itself. */
function unheardOf(run: RunRecord): RunState {
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
    cluster: null,
    trouble: null,
    error: run.error,
  };
}
