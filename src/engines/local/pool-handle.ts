import { type ChildProcess, fork } from 'node:child_process';
import { entryPoint } from '../entry-point.ts';
import type { PoolReport, PoolRequest } from './messages.ts';

/** How long a pool process may take to leave once it is told to. */
const LEAVE_MS = 5_000;

/** The pool's process, apart from the caller: V8's limits bound neither WebAssembly nor array buffers, a process does. */
export class PoolHandle {
  readonly #child: ChildProcess;
  #isLeaving = false;

  constructor(
    threadCount: number,
    on: { report(report: PoolReport): void; death(cause: string): void },
  ) {
    this.#child = fork(entryPoint('pool'), [String(threadCount)], {
      execArgv: [],
      serialization: 'advanced',
      // Standard output belongs to the caller's results.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.on('message', (report: PoolReport) => on.report(report));
    // A send to a process that is gone also lands here; its exit tells all.
    this.#child.on('error', () => undefined);
    this.#child.once('exit', (code, signal) => {
      if (!this.#isLeaving) on.death(signal ?? `exit code ${code}`);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(request: PoolRequest): void {
    if (this.#child.connected) this.#child.send(request);
  }

  /** Whether a waiting pool keeps the caller's process alive: only while it has work. */
  hold(isWorking: boolean): void {
    if (isWorking) {
      this.#child.ref();
      this.#child.channel?.ref();
    } else {
      this.#child.unref();
      this.#child.channel?.unref();
    }
  }

  async close(): Promise<void> {
    this.#isLeaving = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.ref();
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_MS);
    if (this.#child.connected) this.#child.disconnect();
    await gone;
    clearTimeout(impatience);
  }
}
