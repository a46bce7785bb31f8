import type { KernelCase } from './kernel-cases.ts';
import type { KernelTable } from './kernel-data.ts';
import { PeerProcess } from './peer-process.ts';

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

/** scikit-learn and LightGBM on one thread. */
export class KernelPeer {
  readonly #peer: PeerProcess;

  constructor(python: string) {
    this.#peer = new PeerProcess(python, 'kernels_peer.py');
  }

  /** Null where the peer has no such algorithm. */
  measure(
    { estimator, task, parameters }: KernelCase,
    { rows, held, columns }: KernelTable,
    file: string,
    seconds: number,
  ): Promise<Measured | null> {
    const question = { id: estimator.id, task, parameters, rows, held, columns, file, seconds };
    return this.#peer.ask<Measured | null>(question);
  }

  close(): void {
    this.#peer.close();
  }
}
