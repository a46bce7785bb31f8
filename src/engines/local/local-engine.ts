import { availableParallelism } from 'node:os';
import { Failure } from '../../domain/failure.ts';
import type { Engine, GroupedMap, Outcome } from '../engine.ts';
import { ActiveJob } from './active-job.ts';
import type { ErrorText, PoolReport } from './messages.ts';
import { PoolHandle } from './pool-handle.ts';

/** A pool process that dies this often in a row without an outcome between is beyond repair. */
const MAX_BARREN_DEATHS = 4;

/**
 * Partition functions on the worker threads of one machine. The pool lives in a process of its own, forked at the
 * first job; a partition that brings it down fails alone, the rest goes on in the next one.
 */
export class LocalEngine implements Engine {
  readonly name = 'local';
  readonly #threadCount: number;
  readonly #jobs = new Map<number, ActiveJob>();
  /** Jobs that wait for the pool's word that nothing of them runs. */
  readonly #cancelling = new Map<number, () => void>();
  #pool: PoolHandle | undefined;
  #nextJob = 1;
  #barrenDeaths = 0;

  constructor(options: { readonly threads?: number } = {}) {
    this.#threadCount = options.threads ?? availableParallelism();
  }

  /** The pool's process while there is one. */
  get poolPid(): number | undefined {
    return this.#pool?.pid;
  }

  async *map(map: GroupedMap, signal: AbortSignal): AsyncGenerator<readonly Outcome[]> {
    signal.throwIfAborted();
    if (map.tasks.length === 0) return;
    // Threads give all that they make to this process.
    const { store: _store, ...sent } = map;
    const job = new ActiveJob(this.#nextJob++, sent);
    const onAbort = () => void this.#cancel(job, signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#jobs.set(job.id, job);
    this.#send(job);
    try {
      yield* job.outcomes;
    } finally {
      signal.removeEventListener('abort', onAbort);
      // The reader left early: its tasks are of no use to anybody.
      if (!job.isOver) await this.#cancel(job, undefined);
      this.#forget(job);
    }
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
    for (const settle of this.#cancelling.values()) settle();
    for (const job of this.#jobs.values())
      job.end(new Failure('cancelled', 'The engine was closed while its partitions were at work.'));
  }

  #send(job: ActiveJob): void {
    this.#pool ??= new PoolHandle(this.#threadCount, {
      report: (report) => this.#onReport(report),
      death: (cause) => this.#onDeath(cause),
    });
    this.#pool.hold(true);
    this.#pool.send({ kind: 'map', job: job.id, map: job.map, tasks: job.sent });
  }

  #onReport(report: PoolReport): void {
    if (report.kind === 'cancelled') return this.#cancelling.get(report.job)?.();
    const job = this.#jobs.get(report.job);
    if (job === undefined || job.isOver) return;
    switch (report.kind) {
      case 'started':
        return job.start(report.task);
      case 'outcome':
        this.#barrenDeaths = 0;
        return this.#settle(job, report.outcome);
      case 'broken':
        return job.end(errorOf(report.error));
    }
  }

  #settle(job: ActiveJob, outcome: Outcome): void {
    const tasks = job.settle(outcome);
    if (tasks.length > 0) this.#pool?.send({ kind: 'continue', job: job.id, tasks });
  }

  /** The job's reader gets the reason once the pool has said that nothing of it runs any more. */
  async #cancel(job: ActiveJob, reason: unknown): Promise<void> {
    if (job.isOver || this.#cancelling.has(job.id)) return;
    await new Promise<void>((resolve) => {
      this.#cancelling.set(job.id, resolve);
      this.#pool?.send({ kind: 'cancel', job: job.id });
    });
    this.#cancelling.delete(job.id);
    job.end(reason);
  }

  #forget(job: ActiveJob): void {
    this.#jobs.delete(job.id);
    this.#pool?.send({ kind: 'finish', job: job.id });
    if (this.#jobs.size === 0) this.#pool?.hold(false);
  }

  #onDeath(cause: string): void {
    this.#pool = undefined;
    this.#barrenDeaths += 1;
    const isBeyondRepair = this.#barrenDeaths >= MAX_BARREN_DEATHS;
    for (const settle of this.#cancelling.values()) settle();
    for (const job of this.#jobs.values()) {
      if (this.#cancelling.has(job.id) || job.isOver) continue;
      if (isBeyondRepair) {
        const message = `The process of the pool died ${this.#barrenDeaths} times in a row (${cause}).`;
        job.end(new Error(message));
        continue;
      }
      job.survive(cause);
      if (!job.isOver) this.#send(job);
    }
    // Jobs that come after these have deaths of their own.
    if (isBeyondRepair) this.#barrenDeaths = 0;
  }
}

function errorOf({ kind, message, stack }: ErrorText): Error {
  const error = kind === undefined ? new Error(message) : new Failure(kind, message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
