import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { KernelCase } from './kernel-cases.ts';
import type { KernelTable } from './kernel-data.ts';

export type Measured = {
  /** Processor time of a fit. */
  readonly fitMs: number;
  /** Of the prediction of a row, among many. */
  readonly rowMicros: number;
  /** Of the prediction of ten rows. */
  readonly batchMicros: number;
  /** Accuracy, or root mean squared error. */
  readonly score: number;
};

/** scikit-learn and LightGBM in one process on one thread, which answers a line of JSON with another. */
export class KernelPeer {
  readonly #process: ChildProcess;
  readonly #lines: Interface;

  constructor(python: string) {
    const script = join(process.cwd(), 'test/bench/kernels_peer.py');
    this.#process = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#process.stdout === null) throw new RangeError('The peer has no output.');
    this.#lines = createInterface({ input: this.#process.stdout });
  }

  /** Null where the peer has no such algorithm. */
  async measure(
    { estimator, task, parameters }: KernelCase,
    { rows, held, columns }: KernelTable,
    file: string,
    seconds: number,
  ): Promise<Measured | null> {
    const question = { id: estimator.id, task, parameters, rows, held, columns, file, seconds };
    this.#process.stdin?.write(`${JSON.stringify(question)}\n`);
    const line = await new Promise<string>((resolve, reject) => {
      this.#lines.once('line', resolve);
      this.#process.once('exit', (code) => reject(new Error(`The peer ended with ${code}.`)));
    });
    this.#process.removeAllListeners('exit');
    return JSON.parse(line) as Measured | null;
  }

  close(): void {
    this.#process.stdin?.end();
    this.#lines.close();
  }
}
