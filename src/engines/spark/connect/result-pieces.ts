import type { _spark_connect_ExecutePlanResponse_ArrowBatch__Output as ArrowBatch } from './gen/spark/connect/ExecutePlanResponse.ts';

export type WholeBatch = { readonly rowCount: number; readonly arrow: Uint8Array };

/** Puts batches together that were larger than a message may be: servers from 4.1 cut them, also inside a row. */
export class ResultPieces {
  #pieces: Buffer[] = [];

  /** The batch that this piece completes, if it does. */
  add({ data, rowCount = 0, numChunksInBatch = 1 }: ArrowBatch): WholeBatch | undefined {
    this.#pieces.push(data ?? Buffer.alloc(0));
    if (this.#pieces.length < Number(numChunksInBatch)) return undefined;
    const pieces = this.#pieces;
    this.#pieces = [];
    const [only] = pieces;
    const arrow = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    return { rowCount: Number(rowCount), arrow };
  }
}
