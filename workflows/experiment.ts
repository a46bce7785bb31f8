import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { FAILURE_KINDS, type FailureKind } from '../src/domain/failure.ts';
import type { RunError, RunStatus, Stage } from '../src/domain/run.ts';
import { statuses } from './activity-calls.ts';
import {
  type Counts,
  type ExperimentInput,
  type ExperimentResult,
  MAX_CONCURRENCY,
  pause,
  progress,
  type RunProgress,
  resume,
  setConcurrency,
} from './messages.ts';
import { runStages, type StageControl } from './stages.ts';

/**
 * One run of an experiment, from the source to the report. Decides the order of the work and nothing else: it carries
 * references and counts, survives its worker, and starts every batch exactly once per plan.
 */
export async function experiment(input: ExperimentInput): Promise<ExperimentResult> {
  const { runId } = input;
  const state = new RunState(input);
  listen(state);
  try {
    if (input.carried === undefined) await statuses.beginRun({ runId });
    const outcome = await runStages(runId, state, input.carried);
    if (outcome.kind === 'continued') {
      await continueAsNew<typeof experiment>({
        runId,
        concurrency: state.concurrency,
        carried: outcome.carried,
      });
    }
    return { runId, status: outcome.kind === 'finished' ? outcome.status : 'RUNNING' };
  } catch (error) {
    if (isContinueAsNew(error)) throw error;
    const status: RunStatus = isCancellation(error) ? 'CANCELLED' : 'FAILED';
    await CancellationScope.nonCancellable(() =>
      statuses.endRun({ runId, status, error: status === 'FAILED' ? errorOf(error) : null }),
    );
    throw error;
  }
}

/** What the messages read and change. */
class RunState implements StageControl {
  readonly runId: string;
  stage: Stage = 'snapshot';
  paused: boolean;
  concurrency: number;
  partitions = 0;
  counts: Counts;
  batches = { done: 0, running: 0, total: 0 };

  constructor(input: ExperimentInput) {
    this.runId = input.runId;
    this.concurrency = input.concurrency;
    this.paused = input.carried?.paused ?? false;
    this.counts = input.carried?.counts ?? { trained: 0, failed: 0 };
  }

  waitUntil(predicate: () => boolean): Promise<void> {
    return condition(predicate);
  }

  outlast(predicate: () => boolean): Promise<void> {
    return CancellationScope.nonCancellable(() => condition(predicate));
  }

  isDraining(): boolean {
    return workflowInfo().continueAsNewSuggested;
  }

  progress(): RunProgress {
    return {
      runId: this.runId,
      stage: this.stage,
      paused: this.paused,
      concurrency: this.concurrency,
      partitions: this.partitions,
      ...this.counts,
      batches: this.batches,
    };
  }
}

function listen(state: RunState): void {
  setHandler(progress, () => state.progress());
  setHandler(pause, () => {
    state.paused = true;
    return state.progress();
  });
  setHandler(resume, () => {
    state.paused = false;
    return state.progress();
  });
  setHandler(
    setConcurrency,
    ({ concurrency }) => {
      state.concurrency = concurrency;
      return state.progress();
    },
    { validator: ({ concurrency }) => checkConcurrency(concurrency) },
  );
}

function checkConcurrency(concurrency: unknown): void {
  if (
    !Number.isInteger(concurrency) ||
    Number(concurrency) < 1 ||
    Number(concurrency) > MAX_CONCURRENCY
  ) {
    throw new RangeError(
      `Concurrency must be a whole number from 1 to ${MAX_CONCURRENCY}, not ${String(concurrency)}.`,
    );
  }
}

function isContinueAsNew(error: unknown): boolean {
  return error instanceof Error && error.name === 'ContinueAsNew';
}

/** The innermost message, and the kind that an activity gave it: Temporal wraps an activity's failure in its own. */
function errorOf(error: unknown): RunError {
  let kind: FailureKind | null = null;
  let innermost = error;
  for (let next = error; next instanceof Error; next = next.cause) {
    innermost = next;
    if (next instanceof ApplicationFailure) kind ??= kindOf(next.type);
  }
  return { message: innermost instanceof Error ? innermost.message : String(innermost), kind };
}

function kindOf(type: string | null | undefined): FailureKind | null {
  return FAILURE_KINDS.find((kind) => kind === type) ?? null;
}
