import { randomUUID } from 'node:crypto';
import { isFailure } from '../../domain/failure.ts';
import type { Bookmark, Engine, GroupedMap, Outcome } from '../engine.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';
import type { Execution, ExecutionEvent } from './connect/execution.ts';
import { isOperationGone, isSessionGone } from './connect/spark-error.ts';
import type { SparkSession } from './connect/spark-session.ts';
import { jobFailure } from './job-failure.ts';
import { SparkJob, sortOut } from './spark-job.ts';
import { storedColumns } from './stored-columns.ts';

/** Where the operation of a job runs; a bookmark holds one for each job, by its digest. */
type Place = { readonly session: string; readonly operation: string };

/**
 * Partition functions inside the executors of a Spark cluster, one Spark job per grouped map: Spark reads the snapshot
 * from storage that it shares with us, brings each task's rows together and hands them to our program on an executor.
 * Outcomes arrive in the order of the tasks.
 */
export class SparkEngine implements Engine {
  readonly name = 'spark';
  readonly #cluster: Cluster;

  /** Throws `Failure('invalid-spec')` when the address makes no sense. Connects at the first job. */
  constructor(options: ClusterOptions) {
    this.#cluster = new Cluster(options);
  }

  /** A reader that leaves early, and an aborted signal, end the Spark job; a process that dies leaves it to its bookmark. */
  async *map(
    map: GroupedMap,
    signal: AbortSignal,
    bookmark?: Bookmark,
  ): AsyncGenerator<readonly Outcome[]> {
    signal.throwIfAborted();
    const { fitting, refused } = sortOut(map);
    if (refused.length > 0) yield refused;
    if (fitting.length === 0) return;
    try {
      yield* this.#run(map, fitting, signal, bookmark);
    } catch (error) {
      signal.throwIfAborted();
      if (isSessionGone(error)) await this.#cluster.forget();
      throw jobFailure(error, map);
    }
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }

  async *#run(
    map: GroupedMap,
    tasks: readonly number[],
    signal: AbortSignal,
    bookmark: Bookmark | undefined,
  ): AsyncGenerator<readonly Outcome[]> {
    const columns = await storedColumns(map.snapshot.path, map.columns);
    const { session, spark, cores } = await this.#cluster.ready();
    const { module: path } = map.fn;
    const module = path === undefined ? undefined : await this.#cluster.sendModule(path);
    const job = new SparkJob(map, tasks, { spark, cores, columns, module });
    let count = 0;
    for await (const event of await this.#execution(job, session, signal, bookmark)) {
      if (event.kind !== 'batch' || event.rowCount === 0) continue;
      const outcomes = job.outcomes(event.arrow);
      count += outcomes.length;
      yield outcomes;
    }
    if (count !== job.taskCount)
      throw new Error(`Spark gave ${count} outcomes of ${job.taskCount} tasks.`);
    const { [job.digest]: _done, ...others } = bookmark?.read() ?? {};
    bookmark?.write(others);
  }

  /** The operation that an earlier attempt left behind, if it is still there, else a new one. */
  async #execution(
    job: SparkJob,
    session: SparkSession,
    signal: AbortSignal,
    bookmark: Bookmark | undefined,
  ): Promise<AsyncIterable<ExecutionEvent>> {
    const places = bookmark?.read() ?? {};
    const place = places[job.digest] as Place | undefined;
    const left = place && (await this.#left(place, signal));
    if (left !== undefined) return left;
    const operationId = randomUUID();
    const begun: Place = { session: session.id, operation: operationId };
    bookmark?.write({ ...places, [job.digest]: begun });
    return session.execute(job.plan, { operationId, signal, retain: bookmark !== undefined });
  }

  async #left(
    place: Place,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ExecutionEvent> | undefined> {
    let session: SparkSession | undefined;
    try {
      session = await this.#cluster.join(place.session);
      const execution = session.attach(place.operation, undefined, { signal, retain: true });
      const joined = session;
      return await begun(execution, () => joined.close());
    } catch (error) {
      session?.close();
      signal.throwIfAborted();
      if (isSessionGone(error) || isOperationGone(error) || isCancelled(error)) return undefined;
      throw error;
    }
  }
}

/** Somebody ended the operation, and not for our signal: the work is still wanted. */
function isCancelled(error: unknown): boolean {
  return isFailure(error) && error.kind === 'cancelled';
}

/** Reads up to the first event: whether the operation is still there shows then. `onEnd`: when it was read, or left. */
async function begun(
  execution: Execution,
  onEnd: () => void,
): Promise<AsyncIterable<ExecutionEvent>> {
  const events = execution[Symbol.asyncIterator]();
  const first = await events.next();
  return (async function* () {
    try {
      if (first.done !== true) yield first.value;
      yield* { [Symbol.asyncIterator]: () => events };
    } finally {
      await events.return?.(undefined);
      onEnd();
    }
  })();
}
