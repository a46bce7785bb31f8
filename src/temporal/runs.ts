import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { ExperimentInput, RunProgress } from '../../workflows/messages.ts';
import { Failure } from '../domain/failure.ts';
import { TASK_QUEUE } from './connection.ts';

/** How long a question waits for a worker that answers it. */
const ANSWER_MS = 10_000;

/** Starting twice is a no-op: the workflow id names the run. */
export async function startRun(
  client: Client,
  workflowId: string,
  input: ExperimentInput,
): Promise<void> {
  try {
    await client.workflow.start('experiment', {
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
export async function runProgress(client: Client, workflowId: string): Promise<RunProgress | null> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(workflowId).query<RunProgress>('progress'),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    // A query needs a worker that polls; none right now is no error of the run.
    return null;
  }
}

/** What the activities in flight say: how far a cluster is, and why one of them waits to be tried again. */
export async function runActivities(
  client: Client,
  workflowId: string,
): Promise<{
  readonly cluster: { readonly tasks: number; readonly done: number } | null;
  readonly trouble: string | null;
}> {
  const pending = await pendingActivities(client, workflowId);
  const advances = pending.flatMap(advanceOf);
  const sum = (name: 'tasks' | 'done') => advances.reduce((all, advance) => all + advance[name], 0);
  return {
    cluster: advances.length === 0 ? null : { tasks: sum('tasks'), done: sum('done') },
    trouble: pending.map(troubleOf).find((text) => text !== null) ?? null,
  };
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** `PENDING_ACTIVITY_STATE_SCHEDULED`: no worker is at it. */
const SCHEDULED = 1;

async function pendingActivities(client: Client, workflowId: string): Promise<readonly Pending[]> {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities ?? [];
  } catch {
    // It has ended, or the server is away for a moment: nothing more is known.
    return [];
  }
}

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

/** Resolves when the workflow has ended, however it did, or when nothing more can be learned of it. */
export async function runEnd(client: Client, workflowId: string): Promise<void> {
  await client.workflow
    .getHandle(workflowId)
    .result()
    .catch(() => undefined);
}

export async function pauseRun(client: Client, workflowId: string): Promise<RunProgress> {
  return asked(
    workflowId,
    client.workflow.getHandle(workflowId).executeUpdate<RunProgress, []>('pause'),
  );
}

export async function resumeRun(client: Client, workflowId: string): Promise<RunProgress> {
  return asked(
    workflowId,
    client.workflow.getHandle(workflowId).executeUpdate<RunProgress, []>('resume'),
  );
}

export async function setRunConcurrency(
  client: Client,
  workflowId: string,
  concurrency: number,
): Promise<RunProgress> {
  const handle = client.workflow.getHandle(workflowId);
  const args: [{ readonly concurrency: number }] = [{ concurrency }];
  return asked(
    workflowId,
    handle.executeUpdate<RunProgress, typeof args>('setConcurrency', { args }),
  );
}

/** Asks for cancellation; finished partitions keep their results. */
export async function cancelRun(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).cancel();
  } catch (error) {
    throw asFailure(error, workflowId);
  }
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
