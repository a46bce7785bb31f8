import { randomUUID } from 'node:crypto';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { isFailure } from '../../../domain/failure.ts';
import type { ExecutePlanResponse__Output } from './gen/spark/connect/ExecutePlanResponse.ts';
import { asServiceError } from './grpc-error.ts';
import { Patience } from './patience.ts';
import type { Plan } from './plan.ts';
import { ResultPieces } from './result-pieces.ts';
import { conditionOf } from './spark-error.ts';

type Response = ExecutePlanResponse__Output;
type ResponseStream = ClientReadableStream<Response>;

/** The calls that an execution consists of; a session provides them. */
export type ExecutionCalls = {
  readonly start: (operationId: string, plan: Plan) => ResponseStream;
  readonly reattach: (operationId: string, after: string | undefined) => ResponseStream;
  readonly releaseUntil: (operationId: string, responseId: string) => Promise<void>;
  readonly releaseAll: (operationId: string) => Promise<void>;
  readonly interrupt: (operationId: string) => Promise<void>;
  readonly explain: (error: unknown) => Promise<Error>;
  readonly waitsMs?: readonly number[] | undefined;
};

export type ExecutionOptions = {
  /** A UUID; made when absent. Whoever knows it may attach to the operation from another process. */
  readonly operationId?: string | undefined;
  /** Aborting interrupts the operation on the server and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Aborting leaves the operation as it is, to be attached to, and rejects with the signal's reason. */
  readonly leave?: AbortSignal | undefined;
};

/** What to follow: a plan that is to be executed, or the rest of an operation that somebody started. */
export type ExecutionSource =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'operation'; readonly after: string | undefined };

export type ExecutionEvent =
  | {
      readonly kind: 'batch';
      /** Where to go on from after this batch. */
      readonly responseId: string;
      readonly rowCount: number;
      /** A whole Arrow IPC stream. */
      readonly arrow: Uint8Array;
    }
  | {
      readonly kind: 'progress';
      /** Of Spark's tasks in all stages known so far. */
      readonly tasks: number;
      readonly tasksDone: number;
      readonly tasksRunning: number;
    };

/**
 * One operation on the server, followed to its end over broken connections and streams that the server ends after a
 * while. Taking the next event says that the one before is done with: the server may then forget it. A reader that stops
 * early ends the operation; when the server can't be reached any more, it goes on there, to be attached to. Can be read
 * once.
 */
export class Execution implements AsyncIterable<ExecutionEvent> {
  readonly operationId: string;
  readonly #calls: ExecutionCalls;
  readonly #source: ExecutionSource;
  readonly #signal: AbortSignal | undefined;
  readonly #leave: AbortSignal | undefined;
  /** Either of them. */
  readonly #stop: AbortSignal;
  readonly #pieces = new ResultPieces();
  readonly #patience: Patience;
  #stream: ResponseStream | undefined;
  #responses: AsyncIterator<Response> | undefined;
  /** The last response that arrived. */
  #seen: string | undefined;
  #isReleasing = false;
  /** It goes on without us. */
  #isLeft = false;

  constructor(calls: ExecutionCalls, source: ExecutionSource, options: ExecutionOptions = {}) {
    this.operationId = options.operationId ?? randomUUID();
    this.#calls = calls;
    this.#source = source;
    this.#signal = options.signal;
    this.#leave = options.leave;
    this.#stop = AbortSignal.any(
      [options.signal, options.leave].filter((one) => one !== undefined),
    );
    this.#patience = new Patience(calls.waitsMs);
    if (source.kind === 'operation') this.#seen = source.after;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ExecutionEvent> {
    this.#stop.throwIfAborted();
    const onAbort = () => void this.#interrupt();
    const onLeave = () => {
      this.#isLeft = true;
      this.#stream?.cancel();
    };
    this.#signal?.addEventListener('abort', onAbort, { once: true });
    this.#leave?.addEventListener('abort', onLeave, { once: true });
    try {
      yield* this.#follow();
    } finally {
      this.#signal?.removeEventListener('abort', onAbort);
      this.#leave?.removeEventListener('abort', onLeave);
      this.#stream?.cancel();
      // Also ends what still runs. A server that can't be told frees what nobody attaches to by itself.
      if (!this.#isLeft) await this.#calls.releaseAll(this.operationId).catch(() => undefined);
    }
  }

  async *#follow(): AsyncGenerator<ExecutionEvent> {
    if (this.#source.kind === 'plan') this.#start(this.#source.plan);
    else this.#reattach();
    for (;;) {
      const response = await this.#next();
      if (response === undefined) continue;
      if (response.responseType === 'resultComplete') return;
      const event = this.#eventOf(response);
      if (event === undefined) continue;
      yield event;
      if (event.kind === 'batch') this.#release(event.responseId);
    }
  }

  /** The next response; `undefined` when the stream has ended and there is a new one to read. */
  async #next(): Promise<Response | undefined> {
    try {
      const next = await this.#responses?.next();
      this.#stop.throwIfAborted();
      this.#patience.renew();
      if (next === undefined || next.done === true) {
        // The server ends streams after a while without a word; the operation goes on.
        this.#reattach();
        return undefined;
      }
      this.#seen = next.value.responseId ?? this.#seen;
      return next.value;
    } catch (error) {
      this.#stop.throwIfAborted();
      await this.#recover(error);
      return undefined;
    }
  }

  /** Makes a stream that goes on where this one broke. Throws what the error means when there is none. */
  async #recover(error: unknown): Promise<void> {
    const call = asServiceError(error);
    const neverArrived =
      call !== undefined && conditionOf(call) === 'INVALID_HANDLE.OPERATION_NOT_FOUND';
    if (neverArrived && this.#source.kind === 'plan' && this.#seen === undefined) {
      this.#start(this.#source.plan);
      return;
    }
    try {
      await this.#patience.next(error, this.#stop);
    } catch (final) {
      this.#stop.throwIfAborted();
      const failure = await this.#calls.explain(final);
      this.#isLeft = isFailure(failure) && failure.kind === 'unreachable';
      throw failure;
    }
    this.#reattach();
  }

  #start(plan: Plan): void {
    this.#read(this.#calls.start(this.operationId, plan));
  }

  #reattach(): void {
    this.#read(this.#calls.reattach(this.operationId, this.#seen));
  }

  #read(stream: ResponseStream): void {
    // An error that comes when nobody reads any more (we cancelled it) would end the process.
    stream.on('error', () => undefined);
    this.#stream = stream;
    this.#responses = stream[Symbol.asyncIterator]() as AsyncIterator<Response>;
  }

  #eventOf(response: Response): ExecutionEvent | undefined {
    if (response.arrowBatch !== undefined) {
      const whole = this.#pieces.add(response.arrowBatch);
      return whole && { kind: 'batch', responseId: response.responseId ?? '', ...whole };
    }
    if (response.executionProgress === undefined) return undefined;
    const { stages = [], numInflightTasks = 0 } = response.executionProgress;
    return {
      kind: 'progress',
      tasks: stages.reduce((sum, { numTasks = 0 }) => sum + Number(numTasks), 0),
      tasksDone: stages.reduce(
        (sum, { numCompletedTasks = 0 }) => sum + Number(numCompletedTasks),
        0,
      ),
      tasksRunning: Number(numInflightTasks),
    };
  }

  /** One release at a time: a later one covers those that were left out. */
  #release(responseId: string): void {
    if (this.#isReleasing) return;
    this.#isReleasing = true;
    void this.#calls
      .releaseUntil(this.operationId, responseId)
      // The server keeps more than it has to, that is all.
      .catch(() => undefined)
      .finally(() => {
        this.#isReleasing = false;
      });
  }

  /** The server answers by failing the stream; when it can't be told, the stream ends from here. */
  async #interrupt(): Promise<void> {
    await this.#calls.interrupt(this.operationId).catch(() => undefined);
    this.#stream?.cancel();
  }
}
