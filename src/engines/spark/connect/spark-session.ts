import { randomUUID } from 'node:crypto';
import { isFailure } from '../../../domain/failure.ts';
import { type Artifact, sendArtifact } from './artifacts.ts';
import { fetchErrorDetails } from './error-details.ts';
import { Execution, type ExecutionCalls, type ExecutionOptions } from './execution.ts';
import type { AddArtifactsResponse__Output } from './gen/spark/connect/AddArtifactsResponse.ts';
import type { AnalyzePlanRequest } from './gen/spark/connect/AnalyzePlanRequest.ts';
import type { AnalyzePlanResponse__Output } from './gen/spark/connect/AnalyzePlanResponse.ts';
import type { ConfigRequest } from './gen/spark/connect/ConfigRequest.ts';
import type { ConfigResponse__Output } from './gen/spark/connect/ConfigResponse.ts';
import type { DataType__Output } from './gen/spark/connect/DataType.ts';
import type { InterruptResponse__Output } from './gen/spark/connect/InterruptResponse.ts';
import { persist } from './patience.ts';
import { action, type Command, type Plan, query, type Relation } from './plan.ts';
import type { SparkRemote } from './remote.ts';
import { SparkChannel } from './spark-channel.ts';
import { errorOfCall, SparkError } from './spark-error.ts';

/** A server that takes longer than this to say its version is as good as none. A cold one starts Spark first. */
const OPEN_MS = 60_000;
const CLIENT_TYPE = 'partita';

export type SessionOptions = {
  /** A UUID: attaches to the session of that name when the server has it, else makes it. */
  readonly sessionId?: string;
  readonly rootCertificates?: Buffer;
  /** Waits between tries when the connection breaks, milliseconds. */
  readonly waitsMs?: readonly number[];
};

/**
 * A session on a Spark Connect server: its settings, its artifacts and the operations in it. Every method rejects with
 * `Failure('unreachable')` that names the address when the server is down or refuses us, and with `SparkError` when
 * Spark refuses the request.
 */
export class SparkSession {
  readonly id: string;
  /** Spark's version, `4.1.4`. */
  readonly version: string;
  readonly #channel: SparkChannel;
  readonly #waitsMs: readonly number[] | undefined;
  /** Tells a server that restarted from the one that we began with. */
  #serverSide: string | undefined;

  private constructor(channel: SparkChannel, id: string, version: string, options: SessionOptions) {
    this.#channel = channel;
    this.id = id;
    this.version = version;
    this.#waitsMs = options.waitsMs;
  }

  /** Connects and asks for the version. Nothing is tried twice: who can't be reached now is told so at once. */
  static async open(remote: SparkRemote, options: SessionOptions = {}): Promise<SparkSession> {
    const channel = new SparkChannel(remote, options.rootCertificates);
    const id = options.sessionId ?? randomUUID();
    const envelope = { sessionId: id, userContext: channel.user, clientType: CLIENT_TYPE };
    try {
      const { sparkVersion, serverSideSessionId } = await channel.ask<AnalyzePlanResponse__Output>(
        (metadata, call, done) =>
          channel.stub.analyzePlan({ ...envelope, sparkVersion: {} }, metadata, call, done),
        OPEN_MS,
      );
      const session = new SparkSession(channel, id, sparkVersion?.version ?? '', options);
      session.#serverSide = serverSideSessionId;
      return session;
    } catch (error) {
      channel.close();
      throw errorOfCall(error, remote.address);
    }
  }

  get address(): string {
    return this.#channel.address;
  }

  async setConfig(pairs: { readonly [key: string]: string }): Promise<void> {
    const list = Object.entries(pairs).map(([key, value]) => ({ key, value }));
    await this.#config({ set: { pairs: list } });
  }

  /** Values by key; null where a setting has none. */
  async getConfig(keys: readonly string[]): Promise<{ readonly [key: string]: string | null }> {
    const { pairs = [] } = await this.#config({ getOption: { keys: [...keys] } });
    return Object.fromEntries(pairs.map(({ key = '', value }) => [key, value ?? null]));
  }

  /** The columns that a relation has. */
  async schema(relation: Relation): Promise<DataType__Output> {
    const { schema } = await this.#analyze({ schema: { plan: query(relation) } });
    return schema?.schema ?? {};
  }

  /** How Spark would execute a relation, for people and tests. */
  async explain(relation: Relation): Promise<string> {
    const { explain } = await this.#analyze({
      explain: { plan: query(relation), explainMode: 'EXPLAIN_MODE_FORMATTED' },
    });
    return explain?.explainString ?? '';
  }

  /** Starts an operation; its rows arrive as Arrow batches, as fast as they are taken. */
  execute(plan: Plan, options?: ExecutionOptions): Execution {
    return new Execution(this.#executionCalls(), { kind: 'plan', plan }, options);
  }

  /** Follows an operation that is running or done already, from after a response on (absent: from the start). */
  attach(
    operationId: string,
    after?: string,
    options?: Omit<ExecutionOptions, 'operationId'>,
  ): Execution {
    const source = { kind: 'operation' as const, after };
    return new Execution(this.#executionCalls(), source, { ...options, operationId });
  }

  /** Executes what gives no rows. */
  async run(command: Command, options?: ExecutionOptions): Promise<void> {
    for await (const event of this.execute(action(command), options)) void event;
  }

  /** Sends files to the session; what it has already under the same name is left as it is. */
  async addArtifact(artifact: Artifact): Promise<void> {
    const response = await this.#persist(() => this.#sendArtifact(artifact));
    const bad = (response.artifacts ?? []).find(({ isCrcSuccessful }) => isCrcSuccessful !== true);
    if (bad !== undefined)
      throw new SparkError(
        `The file ${artifact.name} reached Spark with other bytes than were sent.`,
        {},
      );
  }

  /** Ends an operation; the others go on. */
  async interrupt(operationId: string): Promise<void> {
    await this.#interrupt({ interruptType: 'INTERRUPT_TYPE_OPERATION_ID', operationId });
  }

  /** Ends every operation of the session; returns their ids. */
  async interruptAll(): Promise<readonly string[]> {
    const { interruptedIds } = await this.#interrupt({ interruptType: 'INTERRUPT_TYPE_ALL' });
    return interruptedIds ?? [];
  }

  /** Ends the session on the server with all that runs and lies in it, then the connection. */
  async release(): Promise<void> {
    try {
      await this.#persist(() =>
        this.#channel.ask((metadata, call, done) =>
          this.#channel.stub.releaseSession(
            { sessionId: this.id, userContext: this.#channel.user, clientType: CLIENT_TYPE },
            metadata,
            call,
            done,
          ),
        ),
      );
    } finally {
      this.close();
    }
  }

  /** Ends the connection; the session lives on for whoever attaches to it. */
  close(): void {
    this.#channel.close();
  }

  #envelope() {
    return {
      sessionId: this.id,
      userContext: this.#channel.user,
      clientType: CLIENT_TYPE,
      ...(this.#serverSide === undefined
        ? {}
        : { clientObservedServerSideSessionId: this.#serverSide }),
    };
  }

  #config(operation: ConfigRequest['operation']): Promise<ConfigResponse__Output> {
    const { stub } = this.#channel;
    return this.#persist(() =>
      this.#channel.ask((metadata, call, done) =>
        stub.config({ ...this.#envelope(), operation: operation ?? null }, metadata, call, done),
      ),
    );
  }

  #analyze(request: AnalyzePlanRequest): Promise<AnalyzePlanResponse__Output> {
    const { stub } = this.#channel;
    return this.#persist(() =>
      this.#channel.ask((metadata, call, done) =>
        stub.analyzePlan({ ...this.#envelope(), ...request }, metadata, call, done),
      ),
    );
  }

  #interrupt(request: {
    readonly interruptType: 'INTERRUPT_TYPE_ALL' | 'INTERRUPT_TYPE_OPERATION_ID';
    readonly operationId?: string;
  }): Promise<InterruptResponse__Output> {
    const { stub } = this.#channel;
    return this.#persist(() =>
      this.#channel.ask((metadata, call, done) =>
        stub.interrupt({ ...this.#envelope(), ...request }, metadata, call, done),
      ),
    );
  }

  async #sendArtifact(artifact: Artifact): Promise<AddArtifactsResponse__Output> {
    const { stub } = this.#channel;
    let sent: Promise<void> = Promise.resolve();
    const answer = this.#channel.ask<AddArtifactsResponse__Output>((metadata, call, done) => {
      const stream = stub.addArtifacts(metadata, call, done);
      sent = sendArtifact(stream, this.#envelope(), artifact);
      sent.catch(() => stream.cancel());
    });
    // A server that refuses the file answers before all is sent.
    await Promise.race([sent, answer]);
    return answer;
  }

  #executionCalls(): ExecutionCalls {
    const { stub } = this.#channel;
    const release = (operationId: string, what: object) =>
      this.#persist(() =>
        this.#channel.ask<unknown>((metadata, call, done) =>
          stub.releaseExecute({ ...this.#envelope(), operationId, ...what }, metadata, call, done),
        ),
      ).then(() => undefined);
    return {
      waitsMs: this.#waitsMs,
      start: (operationId, plan) =>
        stub.executePlan(
          { ...this.#envelope(), operationId, plan, requestOptions: REQUEST_OPTIONS },
          this.#channel.metadata(),
        ),
      reattach: (operationId, after) =>
        stub.reattachExecute(
          { ...this.#envelope(), operationId, ...(after && { lastResponseId: after }) },
          this.#channel.metadata(),
        ),
      releaseUntil: (operationId, responseId) =>
        release(operationId, { releaseUntil: { responseId } }),
      releaseAll: (operationId) => release(operationId, { releaseAll: {} }),
      interrupt: (operationId) => this.interrupt(operationId),
      explain: (error) => this.#explain(error),
    };
  }

  /** The result of a call that may be repeated; rejects with what its last error means. */
  async #persist<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await persist(call, this.#waitsMs);
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  async #explain(error: unknown): Promise<Error> {
    const known = errorOfCall(error, this.address);
    if (isFailure(known)) return known;
    return fetchErrorDetails(this.#channel, this.#envelope(), known);
  }
}

/** The server keeps the result until it is released, and cuts what is too large for a message. */
const REQUEST_OPTIONS = [
  { reattachOptions: { reattachable: true } },
  { resultChunkingOptions: { allowArrowBatchChunking: true } },
];
