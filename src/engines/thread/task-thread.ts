import { Worker } from 'node:worker_threads';
import { clearThreadLog, createThreadLog, readThreadLog } from './thread-log.ts';
import type { TaskResult, ThreadReport, ThreadTask } from './thread-task.ts';

/** Between the stop flag and the end of the thread: kernels look at the flag far more often. */
const GRACE_MS = 1_000;
/** The longest delay that a timer takes, about 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export type ThreadOutcome = {
  readonly ms: number;
  readonly log: string;
  /** `cancelled`: it was stopped from outside, whatever it gave. */
  readonly result: TaskResult | { readonly kind: 'cancelled' };
};

type Halt =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly reason: 'timeout'; readonly message: string };

/** A worker thread that runs one task at a time, with its limits. */
export class TaskThread {
  readonly heapMb: number;
  readonly #worker: Worker;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #log = createThreadLog();
  /** The thread has loaded its code, or has ended. */
  readonly #ready: Promise<void>;
  #alive = true;
  #halt: Halt | undefined;
  #grace: NodeJS.Timeout | undefined;

  /** `entry`: the compiled file of `task-thread-main.ts`. */
  constructor(entry: string, heapMb: number) {
    this.heapMb = heapMb;
    // No environment: a partition function has no business with connection strings and tokens.
    this.#worker = new Worker(entry, {
      env: {},
      // Stacks of our own functions name TypeScript files and lines.
      execArgv: ['--enable-source-maps'],
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      stdout: true,
      stderr: true,
    });
    this.#ready = new Promise((resolve) => {
      this.#worker.once('message', () => resolve());
      this.#worker.once('error', () => resolve());
      this.#worker.once('exit', () => {
        this.#alive = false;
        resolve();
      });
    });
  }

  /** False once its thread has ended: it takes no more tasks. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /**
   * Always resolves: with what the function gave, or with why it gave nothing. The limit begins when the thread has
   * loaded its code: a busy machine must not cost a partition its time.
   */
  async run(task: Omit<ThreadTask, 'stop' | 'log'>, limitSeconds: number): Promise<ThreadOutcome> {
    clearThreadLog(this.#log);
    this.#stop[0] = 0;
    this.#halt = undefined;
    await this.#ready;
    const startedAt = performance.now();
    const limit = setTimeout(
      () => this.#end(timeoutHalt(limitSeconds)),
      Math.min(limitSeconds * 1000, MAX_TIMER_MS),
    );
    const report = await this.#execute({ ...task, stop: this.#stop, log: this.#log });
    clearTimeout(limit);
    clearTimeout(this.#grace);
    if (!this.#alive) await this.#worker.terminate();
    // What ended before the timer was heard has taken its time all the same.
    if (report.ms > limitSeconds * 1000) this.#halt ??= timeoutHalt(limitSeconds);
    return {
      ms: report.ms > 0 ? report.ms : performance.now() - startedAt,
      log: readThreadLog(this.#log),
      result: this.#halt ?? report.result,
    };
  }

  /** Ends the running task soon, whatever it does. */
  cancel(): void {
    this.#end({ kind: 'cancelled' });
  }

  async terminate(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
  }

  #end(halt: Halt): void {
    if (this.#halt !== undefined) return;
    this.#halt = halt;
    Atomics.store(this.#stop, 0, 1);
    this.#grace = setTimeout(() => void this.terminate(), GRACE_MS);
  }

  #execute(task: ThreadTask): Promise<ThreadReport> {
    return new Promise((resolve) => {
      if (!this.#alive)
        return resolve({ ms: 0, result: died('The thread ended before it had loaded its code.') });
      const worker = this.#worker;
      const settle = (report: ThreadReport) => {
        worker.off('message', settle);
        worker.off('error', onError);
        worker.off('exit', onExit);
        resolve(report);
      };
      const onError = (error: Error) => {
        this.#alive = false;
        settle({ ms: 0, result: deathOf(error) });
      };
      const onExit = (code: number) => {
        this.#alive = false;
        settle({ ms: 0, result: died(`The function ended its thread with exit code ${code}.`) });
      };
      worker.on('message', settle);
      worker.on('error', onError);
      worker.on('exit', onExit);
      worker.postMessage(task);
    });
  }
}

function timeoutHalt(seconds: number): Halt {
  const message = `It ran longer than ${seconds} s. Raise limits.per_partition.seconds, or give it less to do.`;
  return { kind: 'failed', reason: 'timeout', message };
}

function deathOf(error: Error & { readonly code?: string }): TaskResult {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return died(`The thread died: ${error.message}`);
  const message = `${error.message}. Raise limits.per_partition.memory_mb, or give it less to do.`;
  return { kind: 'failed', reason: 'out_of_memory', message };
}

function died(message: string): TaskResult {
  return { kind: 'failed', reason: 'thread_died', message };
}
