import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { ExperimentInput, RunProgress } from '../../workflows/messages.ts';
import { Failure } from '../domain/failure.ts';
import { connectClient, TASK_QUEUE, type TemporalAddress } from './connection.ts';
import { LiveSchedules } from './schedules.ts';

/** How long a question waits for a worker that answers it. */
const ANSWER_MS = 10_000;

/** Throws `Failure('unreachable')` with the address within 10 seconds. */
export async function connectLiveRuns(at: TemporalAddress): Promise<LiveRuns> {
  return new LiveRuns(await connectClient(at));
}

/** The runs that Temporal holds, by the ids of their workflows. */
export class LiveRuns {
  readonly #client: Client;
  readonly schedules: LiveSchedules;

  constructor(client: Client) {
    this.#client = client;
    this.schedules = new LiveSchedules(client);
  }

  /** Starting twice is a no-op: the workflow id names the run. */
  async start(workflowId: string, input: ExperimentInput): Promise<void> {
    try {
      await this.#client.workflow.start('experiment', {
        taskQueue: TASK_QUEUE,
        workflowId,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        args: [input],
        staticSummary: `run ${input.runId}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** The live state; null when no worker has answered yet or the execution is gone. */
  async progress(workflowId: string): Promise<RunProgress | null> {
    try {
      return await this.#client.withDeadline(Date.now() + ANSWER_MS, () =>
        this.#handle(workflowId).query<RunProgress>('progress'),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      // A query needs a worker that polls; none right now is no error of the run.
      return null;
    }
  }

  /** What the activities in flight say: how far a cluster is, and why one of them waits to be tried again. */
  async activities(workflowId: string): Promise<{
    readonly cluster: { readonly tasks: number; readonly done: number } | null;
    readonly trouble: string | null;
  }> {
    const pending = await this.#pendingActivities(workflowId);
    const advances = pending.flatMap(advanceOf);
    const sum = (name: 'tasks' | 'done') =>
      advances.reduce((all, advance) => all + advance[name], 0);
    return {
      cluster: advances.length === 0 ? null : { tasks: sum('tasks'), done: sum('done') },
      trouble: pending.map(troubleOf).find((text) => text !== null) ?? null,
    };
  }

  /** Resolves when the workflow has ended, however it did, or when nothing more can be learned of it. */
  async end(workflowId: string): Promise<void> {
    await this.#handle(workflowId)
      .result()
      .catch(() => undefined);
  }

  async pause(workflowId: string): Promise<RunProgress> {
    return asked(workflowId, this.#handle(workflowId).executeUpdate<RunProgress, []>('pause'));
  }

  async resume(workflowId: string): Promise<RunProgress> {
    return asked(workflowId, this.#handle(workflowId).executeUpdate<RunProgress, []>('resume'));
  }

  async setConcurrency(workflowId: string, concurrency: number): Promise<RunProgress> {
    const args: [{ readonly concurrency: number }] = [{ concurrency }];
    const handle = this.#handle(workflowId);
    return asked(
      workflowId,
      handle.executeUpdate<RunProgress, typeof args>('setConcurrency', { args }),
    );
  }

  /** Asks for cancellation; finished partitions keep their results. */
  async cancel(workflowId: string): Promise<void> {
    try {
      await this.#handle(workflowId).cancel();
    } catch (error) {
      throw asFailure(error, workflowId);
    }
  }

  close(): Promise<void> {
    return this.#client.connection.close();
  }

  #handle(workflowId: string): WorkflowHandle {
    return this.#client.workflow.getHandle(workflowId);
  }

  async #pendingActivities(workflowId: string): Promise<readonly Pending[]> {
    try {
      const { raw } = await this.#handle(workflowId).describe();
      return raw.pendingActivities ?? [];
    } catch {
      // It has ended, or the server is away for a moment: nothing more is known.
      return [];
    }
  }
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** `PENDING_ACTIVITY_STATE_SCHEDULED`: no worker is at it. */
const SCHEDULED = 1;

/** `Advance` of `engines/engine.ts`, as the heartbeats of activities carry it. */
function advanceOf({ heartbeatDetails }: Pending): readonly { tasks: number; done: number }[] {
  const data = heartbeatDetails?.payloads?.[0]?.data;
  if (!data || data.length === 0) return [];
  const { tasks, done } = JSON.parse(Buffer.from(data).toString('utf8')) as {
    readonly tasks?: number;
    readonly done?: number;
  };
  return tasks === undefined || done === undefined ? [] : [{ tasks, done }];
}

function troubleOf({ state, lastFailure }: Pending): string | null {
  if (state !== SCHEDULED || !lastFailure) return null;
  if (lastFailure.timeoutFailureInfo) return 'Its worker was lost.';
  // The server puts a word of its own before a failure that has a long stack, and cuts the stack.
  const { message } = (lastFailure.serverFailureInfo && lastFailure.cause) ?? lastFailure;
  return message ?? null;
}

async function asked(workflowId: string, answer: Promise<RunProgress>): Promise<RunProgress> {
  try {
    return await answer;
  } catch (error) {
    throw asFailure(error, workflowId);
  }
}

function asFailure(error: unknown, workflowId: string): unknown {
  if (error instanceof WorkflowNotFoundError) {
    return new Failure(
      'not-found',
      `Run ${workflowId.replace(/^run:/, '')} is not running any more.`,
      { cause: error },
    );
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new Failure('usage', (error.cause ?? error).message, { cause: error });
  }
  return error;
}
