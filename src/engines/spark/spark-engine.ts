import { randomUUID } from 'node:crypto';
import { isFailure } from '../../domain/failure.ts';
import { ROW } from '../../frame/snapshot-layout.ts';
import type { MadeSnapshot, SnapshotRequest } from '../../sources/make-snapshot.ts';
import type { Outcome, SnapshotRef } from '../engine.ts';
import { type Bookmark, Departure, type Engine, type GroupedMap } from '../engine.ts';
import { Cluster, type ClusterOptions, type ReadySession } from './cluster.ts';
import type { Execution, ExecutionEvent } from './connect/execution.ts';
import { column, expression, filter, project, query, readFiles } from './connect/plan.ts';
import { isOperationGone, isSessionGone } from './connect/spark-error.ts';
import type { SparkSession } from './connect/spark-session.ts';
import { jobFailure, probeFailure } from './job-failure.ts';
import { JobRecord, type Place } from './job-record.ts';
import { type ScoredTable, scoreTable, type TableScoring } from './scoring/score-table.ts';
import { makeSparkSnapshot } from './source/make-spark-snapshot.ts';
import { SparkTables } from './source/spark-tables.ts';
import { SparkJob, sortOut } from './spark-job.ts';
import { storedColumns } from './stored-columns.ts';

/** How the work of a map is to end: on the cluster too, or here only. */
type Stop = { readonly signal: AbortSignal; readonly leave: AbortSignal };

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

  /** A reader that stops early, and an aborted signal, end the Spark job; a process that dies, or departs, leaves it. */
  async *map(
    map: GroupedMap,
    signal: AbortSignal,
    bookmark?: Bookmark,
  ): AsyncGenerator<readonly Outcome[]> {
    signal.throwIfAborted();
    const { fitting, refused } = sortOut(map);
    if (refused.length > 0) yield refused;
    if (fitting.length === 0) return;
    const record = new JobRecord(map, fitting, bookmark);
    yield* record.recall();
    const stop = bookmark === undefined ? { signal, leave: never() } : stopOf(signal);
    const endUse = this.#cluster.use();
    try {
      yield* this.#passes(map, record, stop);
    } finally {
      endUse();
    }
  }

  /** Until nothing is missing; a session that was lost on the way is followed by another, once. */
  async *#passes(
    map: GroupedMap,
    record: JobRecord,
    stop: Stop,
  ): AsyncGenerator<readonly Outcome[]> {
    for (let hasLostSession = false; record.missing.length > 0; ) {
      try {
        yield* this.#pass(map, record, stop);
      } catch (error) {
        if (stop.leave.aborted) this.#cluster.leaveSession();
        stop.signal.throwIfAborted();
        stop.leave.throwIfAborted();
        if (!isSessionGone(error)) throw jobFailure(error, map);
        await this.#cluster.forget();
        // Another server stands at the address, or the session had its time: what has not arrived begins again.
        if (hasLostSession) throw jobFailure(error, map);
        hasLostSession = true;
      }
    }
  }

  /** Reads one row by way of an executor. */
  async probe({ path }: SnapshotRef, signal: AbortSignal): Promise<void> {
    const rows = filter(readFiles('parquet', [path]), expression(`${ROW} = 0`));
    await this.#inSession(async ({ session }) => {
      try {
        const execution = session.execute(query(project(rows, [column(ROW)])), { signal });
        for await (const event of execution) void event;
      } catch (error) {
        signal.throwIfAborted();
        throw probeFailure(error, path);
      }
    });
  }

  /** A snapshot of a table that lies on the cluster, made there. */
  takeSnapshot(request: SnapshotRequest, signal: AbortSignal): Promise<MadeSnapshot> {
    return this.#inSession(({ session, spark, cores }) => {
      const setting = { tables: new SparkTables(session, signal), spark, cores, engine: this };
      return makeSparkSnapshot(setting, request, signal);
    });
  }

  /** The rows of a table with the answers of a model set, read and written by executors. */
  scoreTable(scoring: TableScoring, signal: AbortSignal): Promise<ScoredTable> {
    return this.#inSession(({ session, spark }) =>
      scoreTable({ tables: new SparkTables(session, signal), spark }, scoring),
    );
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }

  /** Work in the session, which is not ended meanwhile; one that the server no longer knows is let go. */
  async #inSession<Result>(work: (ready: ReadySession) => Promise<Result>): Promise<Result> {
    const endUse = this.#cluster.use();
    try {
      return await work(await this.#cluster.ready());
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (isSessionGone(error) || isSessionGone(cause)) await this.#cluster.forget();
      throw error;
    } finally {
      endUse();
    }
  }

  /** All that is missing, from the operation that an earlier attempt left behind if it is still there, else from a new one. */
  async *#pass(map: GroupedMap, record: JobRecord, stop: Stop): AsyncGenerator<readonly Outcome[]> {
    const { left } = record;
    const rest = left && (await this.#attach(left, stop));
    if (left !== undefined && rest !== undefined) {
      const { tasks, cores } = left.place;
      yield* read(rest, new SparkJob(map, tasks, cores), record);
      return;
    }
    record.lose();
    const columns = await storedColumns(map.snapshot.path, map.columns);
    const { session, spark, cores } = await this.#cluster.ready();
    const { module: path } = map.fn;
    const module = path === undefined ? undefined : await this.#cluster.sendModule(path);
    const place = { session: session.id, operation: randomUUID(), cores, tasks: record.missing };
    const job = new SparkJob(map, place.tasks, cores);
    await record.begin(place);
    // The operation's name is known to any attempt, and to nobody before.
    const packs = await map.store?.invite(place.operation);
    const plan = job.plan({ spark, columns, module, packs });
    const events = session.execute(plan, { operationId: place.operation, ...stop });
    yield* read(events, job, record);
  }

  async #attach(
    { place, after }: { readonly place: Place; readonly after: string | undefined },
    stop: Stop,
  ): Promise<AsyncIterable<ExecutionEvent> | undefined> {
    let session: SparkSession | undefined;
    try {
      session = await this.#cluster.join(place.session);
      const joined = session;
      return await begun(joined.attach(place.operation, after, stop), () => joined.close());
    } catch (error) {
      session?.close();
      stop.signal.throwIfAborted();
      stop.leave.throwIfAborted();
      if (isSessionGone(error) || isOperationGone(error) || isCancelled(error)) return undefined;
      throw error;
    }
  }
}

async function* read(
  events: AsyncIterable<ExecutionEvent>,
  job: SparkJob,
  record: JobRecord,
): AsyncGenerator<readonly Outcome[]> {
  for await (const event of events) {
    if (event.kind === 'progress') record.advance(event.tasks, event.tasksDone);
    else if (event.rowCount > 0)
      yield await record.keep(event.responseId, job.outcomes(event.arrow));
  }
  const { length } = record.missing;
  if (length > 0) throw new Error(`Spark gave no outcome of ${length} tasks.`);
}

/** Only whoever departs leaves the work to others. */
function stopOf(signal: AbortSignal): Stop {
  const ending = new AbortController();
  const leaving = new AbortController();
  const pass = () => {
    const end = signal.reason instanceof Departure ? leaving : ending;
    end.abort(signal.reason);
  };
  if (signal.aborted) pass();
  else signal.addEventListener('abort', pass, { once: true });
  return { signal: ending.signal, leave: leaving.signal };
}

function never(): AbortSignal {
  return new AbortController().signal;
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
