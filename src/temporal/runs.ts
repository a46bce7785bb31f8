import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
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
