import { isFailure } from '../../domain/failure.ts';
import type { GroupedMap, Outcome } from '../engine.ts';
import { entryPoint } from '../entry-point.ts';
import { tooLarge } from '../memory-need.ts';
import { TaskThread, type ThreadOutcome } from '../thread/task-thread.ts';
import type { ErrorText, PoolReport } from './messages.ts';
import { OpenSnapshots } from './open-snapshots.ts';
import { PoolJob, type ReadyTask } from './pool-job.ts';

/** Tasks and bytes that may wait in memory for a thread; one read beyond them is always allowed when threads are idle. */
const READY_TASKS = 32;
const HELD_BYTES = 256 * 2 ** 20;

type Running = { readonly job: PoolJob; readonly task: ReadyTask; thread: TaskThread };

/** Worker threads, and the jobs that they work on in order of arrival. Lives in the pool process. */
export class Pool {
  readonly #threadCount: number;
  readonly #report: (report: PoolReport) => void;
  readonly #jobs = new Map<number, PoolJob>();
  readonly #running = new Map<Running, Promise<void>>();
  readonly #idle: TaskThread[] = [];
  readonly #snapshots = new OpenSnapshots();
  #isReading = false;

  constructor(threadCount: number, report: (report: PoolReport) => void) {
    this.#threadCount = threadCount;
    this.#report = report;
  }

  map(id: number, map: GroupedMap, tasks: readonly number[]): void {
    this.#jobs.set(id, new PoolJob(id, map, this.#snapshots));
    this.continue(id, tasks);
  }

  /** More tasks of a job that is here already. */
  continue(id: number, tasks: readonly number[]): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    const fitting = tasks.filter((task) => {
      const reason = tooLarge(job.map, job.task(task));
      if (reason !== undefined) this.#finish(job, outOfMemory(task, reason));
      return reason === undefined;
    });
    job.add(fitting);
    this.#readAhead();
  }

  async finish(id: number): Promise<void> {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    await job?.close();
  }

  /** Reports `cancelled` when nothing of the job runs any more. */
  async cancel(id: number): Promise<void> {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    job?.drop();
    const mine = [...this.#running].filter(([running]) => running.job === job);
    for (const [{ thread }] of mine) thread.cancel();
    await Promise.all(mine.map(([, ended]) => ended));
    await job?.close();
    this.#report({ kind: 'cancelled', job: id });
  }

  /** Reads on while there is room, so that a thread finds its next task in memory. */
  #readAhead(): void {
    if (this.#isReading) return;
    const job = [...this.#jobs.values()].find(({ hasUnread }) => hasUnread);
    if (job === undefined || !this.#hasRoom()) return;
    this.#isReading = true;
    void job
      .readAhead()
      .catch((error: unknown) => this.#break(job, error))
      .finally(() => {
        this.#isReading = false;
        this.#dispatch();
        this.#readAhead();
      });
  }

  #hasRoom(): boolean {
    const jobs = [...this.#jobs.values()];
    const readyCount = jobs.reduce((sum, { ready }) => sum + ready.length, 0);
    if (readyCount === 0 && this.#running.size < this.#threadCount) return true;
    const heldBytes = jobs.reduce((sum, job) => sum + job.heldBytes, 0);
    return readyCount < Math.max(READY_TASKS, this.#threadCount) && heldBytes < HELD_BYTES;
  }

  #dispatch(): void {
    for (const job of this.#jobs.values()) {
      while (job.ready.length > 0 && this.#running.size < this.#threadCount) {
        const task = job.ready.shift() as ReadyTask;
        const running = { job, task, thread: this.#threadFor(heapOf(job)) };
        this.#running.set(running, this.#run(running));
      }
    }
  }

  async #run(running: Running): Promise<void> {
    const { job, task } = running;
    this.#report({ kind: 'started', job: job.id, task: task.index });
    let done = await this.#runOnce(running);
    if (diedForNoReason(done) && !job.isDropped) {
      // Once more: what killed the thread may have been another's doing.
      running.thread = this.#threadFor(heapOf(job));
      done = await this.#runOnce(running);
    }
    this.#running.delete(running);
    if (running.thread.isAlive) this.#idle.push(running.thread);
    job.release(task.index);
    const { ms, log, result } = done;
    if (!job.isDropped && result.kind !== 'cancelled')
      this.#finish(job, { task: task.index, ms, log, ...result });
    this.#dispatch();
    this.#readAhead();
  }

  #runOnce({ job, task: { index, loaded }, thread }: Running): Promise<ThreadOutcome> {
    const { partition, part, inputs = [] } = job.task(index);
    const fn = { ...job.map.fn, args: { ...job.map.fn.args, ...part } };
    const { seconds, memoryMb } = job.map.limits;
    return thread.run({ fn, partition, loaded, inputs, memoryMb }, seconds);
  }

  #finish(job: PoolJob, outcome: Outcome): void {
    this.#report({ kind: 'outcome', job: job.id, outcome });
  }

  #break(job: PoolJob, error: unknown): void {
    if (job.isDropped) return;
    this.#report({ kind: 'broken', job: job.id, error: errorText(error) });
  }

  /** A waiting thread with this heap limit, or a new one (in place of one with another limit). */
  #threadFor(heapMb: number): TaskThread {
    const at = this.#idle.findIndex((thread) => thread.isAlive && thread.heapMb === heapMb);
    const found = at < 0 ? undefined : this.#idle.splice(at, 1)[0];
    if (found !== undefined) return found;
    if (this.#idle.length + this.#running.size >= this.#threadCount)
      void this.#idle.shift()?.terminate();
    return new TaskThread(entryPoint('thread'), heapMb);
  }
}

function diedForNoReason({ result }: ThreadOutcome): boolean {
  return result.kind === 'failed' && result.reason === 'thread_died';
}

function outOfMemory(task: number, message: string): Outcome {
  return { task, ms: 0, log: '', kind: 'failed', reason: 'out_of_memory', message };
}

function errorText(error: unknown): ErrorText {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    message: error.message,
    ...(isFailure(error) ? { kind: error.kind } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
  };
}

function heapOf({ map: { limits } }: PoolJob): number {
  return limits.heapMb ?? limits.memoryMb;
}
