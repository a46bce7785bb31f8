import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import type { ArrowMessage } from '../../../frame/arrow-message.ts';
import type { Outcome } from '../../engine.ts';
import type { ArrivingGroup, Piece } from './group-input.ts';
import {
  BATCH_FOLLOWS,
  JOB_FOLLOWS,
  ROWS_END,
  ROWS_FOLLOW,
  TASK_FOLLOWS,
  type TaskReport,
} from './task-messages.ts';
import { blob, ConnectionGone, int, send, sendArrowMessage, text } from './wire.ts';

/** What the tasks of one Spark task have in common. */
export type Job = {
  readonly filesFolder: string;
  readonly command: Uint8Array;
  /** Of the batches in which rows come. */
  readonly schema: ArrowMessage;
};

/**
 * The process in which functions run, one task at a time. Its death (memory, a crash in native code) costs the task that
 * it worked on, no other: the next task finds a new one.
 */
export class TaskProcess {
  readonly #entry: string;
  #life: Life | undefined;

  /** Starts it, so that the first task finds it warm. `entry`: the compiled file of `task-process-main.ts`. */
  constructor(entry: string) {
    this.#entry = entry;
    this.#life = new Life(entry);
  }

  get pid(): number | undefined {
    return this.#life?.pid;
  }

  /** Throws what makes every task of the job impossible. */
  async run(job: Job, { task, pieces }: ArrivingGroup): Promise<Outcome> {
    if (this.#life === undefined || this.#life.isOver) this.#life = new Life(this.#entry);
    const life = this.#life;
    const startedAt = performance.now();
    const report = life.nextReport();
    try {
      await life.begin(job, task);
      for await (const piece of pieces) await life.send(piece);
      await life.end();
    } catch (error) {
      if (!(error instanceof ConnectionGone) || !life.isLeaving) throw error;
    }
    const done = await report;
    if (typeof done === 'string') return died(task, done, performance.now() - startedAt);
    if (done.kind === 'outcome') return done.outcome;
    throw done.failure === null
      ? new Error(done.message)
      : new Failure(done.failure as FailureKind, done.message);
  }

  close(): void {
    this.#life?.kill();
  }
}

/** One process from its start to its end. */
class Life {
  readonly #child: ChildProcess;
  readonly #pipe: Socket;
  #job: Job | undefined;
  /** The last batch that it was sent. */
  #batch: ArrowMessage | undefined;
  /** Why it ended. */
  #cause: string | undefined;
  #onReport: (report: TaskReport | string) => void = () => undefined;
  #hasPipe = true;

  constructor(entry: string) {
    // No environment: functions have no business with it. What they print is caught on their thread.
    this.#child = fork(entry, [], {
      execArgv: ['--enable-source-maps', '--expose-gc'],
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'pipe', 'ipc'],
    });
    this.#pipe = this.#child.stdio[3] as Socket;
    this.#pipe.on('error', () => undefined);
    this.#pipe.on('close', () => {
      this.#hasPipe = false;
    });
    this.#child.on('message', (report: TaskReport) => this.#onReport(report));
    this.#child.on('error', () => undefined);
    // After its last report, unlike `exit`.
    this.#child.once('close', (code, signal) => {
      this.#cause = signal ?? `exit code ${code}`;
      this.#onReport(this.#cause);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isOver(): boolean {
    return this.#cause !== undefined;
  }

  /** True from the moment that its pipe breaks. */
  get isLeaving(): boolean {
    return this.isOver || !this.#hasPipe;
  }

  /** What it says next, or why it ended. */
  nextReport(): Promise<TaskReport | string> {
    return new Promise((resolve) => {
      this.#onReport = resolve;
      if (this.#cause !== undefined) resolve(this.#cause);
    });
  }

  async begin(job: Job, task: number): Promise<void> {
    if (this.#job !== job) {
      this.#job = job;
      const { filesFolder, command, schema } = job;
      await send(this.#pipe, int(JOB_FOLLOWS), text(filesFolder), blob(command));
      await sendArrowMessage(this.#pipe, schema);
    }
    await send(this.#pipe, int(TASK_FOLLOWS), int(task));
  }

  /** A batch goes once, however many tasks have rows in it. */
  async send({ batch, from, count }: Piece): Promise<void> {
    if (this.#batch !== batch) {
      this.#batch = batch;
      await send(this.#pipe, int(BATCH_FOLLOWS));
      await sendArrowMessage(this.#pipe, batch);
    }
    await send(this.#pipe, int(ROWS_FOLLOW), int(from), int(count));
  }

  end(): Promise<void> {
    return send(this.#pipe, int(ROWS_END));
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function died(task: number, cause: string, ms: number): Outcome {
  const message = `The process that worked on this partition died (${cause}); most likely it needs more memory than the executor has.`;
  return { task, ms, log: '', kind: 'failed', reason: 'thread_died', message };
}
