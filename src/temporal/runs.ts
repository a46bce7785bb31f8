import {
  type Client,
  ServerFailure,
  ServiceError,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { ExperimentInput, RunProgress } from '../../workflows/messages.ts';
import { Failure } from '../domain/failure.ts';
import { type Searchable, searchPairs } from '../domain/search-attributes.ts';
import { connectClient, type PayloadKeys, TASK_QUEUE, type TemporalAddress } from './connection.ts';
import { LiveSchedules } from './schedules.ts';
import { isUnknownAttribute } from './search-attributes.ts';
import type { Tracing } from './tracing.ts';

/** How long a question waits for a worker that answers it. */
const ANSWER_MS = 10_000;

/** Throws `Failure('unreachable')` with the address within 10 seconds. */
export async function connectLiveRuns(
  at: TemporalAddress,
  keys: PayloadKeys = [],
  tracing: Tracing | null = null,
): Promise<LiveRuns> {
  return new LiveRuns(await connectClient(at, keys, tracing), keys, tracing);
}

/** Temporal's states of a workflow that has ended otherwise than it decided to. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['FAILED', 'TERMINATED', 'CANCELLED', 'TIMED_OUT']);

/** How a workflow has ended, and in Temporal's words why, where it has not decided to. */
export type BrokenOff = {
  /** `undecidable`: the workflows that its worker has decide otherwise than those that it began with. */
  readonly kind: 'undecidable' | 'terminated' | 'ended';
  readonly why: string;
};

/** The runs that Temporal holds, by the ids of their workflows. */
export class LiveRuns {
  readonly #client: Client;
  readonly schedules: LiveSchedules;

  constructor(client: Client, keys: PayloadKeys, tracing: Tracing | null) {
    this.#client = client;
    this.schedules = new LiveSchedules(client, keys, tracing);
  }

  /** Starting twice is a no-op: the workflow id names the run. `about`: what Temporal finds it by, where it can. */
  async start(workflowId: string, input: ExperimentInput, about: Searchable): Promise<void> {
    const options = {
      taskQueue: TASK_QUEUE,
      workflowId,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      args: [input],
      staticSummary: `${about.experiment}, run ${input.runId}`,
    };
    const { workflow } = this.#client;
    try {
      await workflow
        .start('experiment', { ...options, typedSearchAttributes: searchPairs(about) })
        .catch((error: unknown) => {
          if (isUnknownAttribute(error)) return workflow.start('experiment', options);
          throw error;
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

  /**
   * What the activities in flight say: how far a cluster is, and why one of them waits to be tried again; and whether the
   * workflow is over.
   */
  async activities(workflowId: string): Promise<{
    readonly cluster: { readonly tasks: number; readonly done: number } | null;
    readonly trouble: string | null;
    readonly isOver: boolean;
  }> {
    const described = await this.#described(workflowId);
    const pending = await Promise.all(
      (described?.raw.pendingActivities ?? []).map((one) => this.#plain(one)),
    );
    const advances = pending.flatMap(advanceOf);
    const sum = (name: 'tasks' | 'done') =>
      advances.reduce((all, advance) => all + advance[name], 0);
    return {
      cluster: advances.length === 0 ? null : { tasks: sum('tasks'), done: sum('done') },
      trouble: pending.map(troubleOf).find((text) => text !== null) ?? null,
      isOver: described !== null && described.status.name !== 'RUNNING',
    };
  }

  /** Null: it goes on, has ended as it decided to, or Temporal knows nothing of it. */
  async brokenOff(workflowId: string): Promise<BrokenOff | null> {
    const described = await this.#described(workflowId);
    const name = described?.status.name ?? 'RUNNING';
    if (!BROKEN_OFF.has(name)) return null;
    try {
      await this.#handle(workflowId).result();
      return null;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const why = error.cause?.message ?? name;
      if (error.cause instanceof TerminatedFailure) return { kind: 'terminated', why };
      return { kind: /nondeterminism/i.test(why) ? 'undecidable' : 'ended', why };
    }
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

  /** What one in flight says, decrypted where it is encrypted. */
  async #plain({ state, heartbeatDetails, lastFailure }: Pending): Promise<PlainPending> {
    const { loadedDataConverter } = this.#client.options;
    const [heartbeat] = await decodeArrayFromPayloads(
      loadedDataConverter,
      heartbeatDetails?.payloads,
    );
    const failure = await decodeOptionalFailureToOptionalError(loadedDataConverter, lastFailure);
    return { state, heartbeat, failure };
  }

  async #described(workflowId: string): Promise<WorkflowExecutionDescription | null> {
    try {
      return await this.#handle(workflowId).describe();
    } catch {
      // It is long over, or the server is away for a moment: nothing more is known.
      return null;
    }
  }
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

type PlainPending = {
  readonly state: Pending['state'];
  readonly heartbeat: unknown;
  readonly failure: Error | undefined;
};

/** `PENDING_ACTIVITY_STATE_SCHEDULED`: no worker is at it. */
const SCHEDULED = 1;

/** `Advance` of `engines/engine.ts`, as the heartbeats of activities carry it. */
function advanceOf({ heartbeat }: PlainPending): readonly { tasks: number; done: number }[] {
  const { tasks, done } = (heartbeat ?? {}) as { readonly tasks?: number; readonly done?: number };
  return tasks === undefined || done === undefined ? [] : [{ tasks, done }];
}

function troubleOf({ state, failure }: PlainPending): string | null {
  if (state !== SCHEDULED || failure === undefined) return null;
  if (failure instanceof TimeoutFailure) return 'Its worker was lost.';
  // The server puts a word of its own before a failure that has a long stack, and cuts the stack.
  const told = failure instanceof ServerFailure ? (failure.cause ?? failure) : failure;
  return told.message;
}

async function asked(workflowId: string, answer: Promise<RunProgress>): Promise<RunProgress> {
  try {
    return await answer;
  } catch (error) {
    throw asFailure(error, workflowId);
  }
}

/** Of gRPC. */
const FAILED_PRECONDITION = 9;

/**
 * Whether the workflow task that was to take an update failed. The SDK of 1.24 answers for such an update in each later
 * task too, which Temporal refuses, until the worker has forgotten the workflow: see sdk-rust issue 888.
 */
function isTaskFailure(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  const { code } = (error.cause ?? {}) as { readonly code?: number };
  return code === FAILED_PRECONDITION;
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
  if (isTaskFailure(error)) {
    return new Failure(
      'conflict',
      `Run ${workflowId.replace(/^run:/, '')} could not take that: its worker can't go on with it. Start the worker again, then look at \`partita status\`.`,
      { cause: error },
    );
  }
  return error;
}
