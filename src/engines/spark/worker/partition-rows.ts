import { type Frame, takeRows } from '../../../frame/frame.ts';
import { joinFrames } from '../../../frame/join-frames.ts';
import type { AnsweredBatch } from './answered-batch.ts';
import type { ModelAnswers } from './model-answers.ts';

/** Rows of one partition in one batch, in order. */
type Piece = { readonly batch: AnsweredBatch; readonly rows: Int32Array };

/** Brings the rows of a partition together for its model, and gives batches back when all of their rows are answered. */
export class PartitionRows {
  readonly #answers: Pick<ModelAnswers, 'of'>;
  readonly #looksBack: boolean;
  /** In order of arrival, the oldest of them not whole. */
  #waiting: AnsweredBatch[] = [];
  /** The partition whose rows are still coming. */
  #last: { readonly partition: string; readonly pieces: Piece[] } | undefined;

  /** `looksBack`: batches come partition after partition, and one is answered as a whole. */
  constructor(answers: Pick<ModelAnswers, 'of'>, looksBack: boolean) {
    this.#answers = answers;
    this.#looksBack = looksBack;
  }

  /** The batches that are whole now, in order of arrival. */
  take(batch: AnsweredBatch): readonly AnsweredBatch[] {
    this.#waiting.push(batch);
    for (const [partition, rows] of rowsByPartition(batch.batch.partitions)) {
      if (this.#last?.partition !== partition) {
        this.#answerLast();
        this.#last = { partition, pieces: [] };
      }
      this.#last.pieces.push({ batch, rows });
    }
    if (!this.#looksBack) this.#answerLast();
    return this.#whole();
  }

  /** The rest: no more rows come. */
  finish(): readonly AnsweredBatch[] {
    this.#answerLast();
    return this.#whole();
  }

  #answerLast(): void {
    if (this.#last === undefined) return;
    const { partition, pieces } = this.#last;
    this.#last = undefined;
    const frame = frameOf(pieces);
    const { output, ...answerer } = this.#answers.of(partition, frame);
    let first = 0;
    for (const { batch, rows } of pieces) {
      batch.answer(rows, output, first, answerer);
      first += rows.length;
    }
  }

  #whole(): readonly AnsweredBatch[] {
    const end = this.#waiting.findIndex(({ isWhole }) => !isWhole);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}

function frameOf(pieces: readonly Piece[]): Frame {
  return joinFrames(pieces.map(({ batch, rows }) => takeRows(batch.batch.frame, rows)));
}

/** In order of the first row of each, each in order. */
function rowsByPartition(partitions: readonly string[]): ReadonlyMap<string, Int32Array> {
  const rows = new Map<string, number[]>();
  partitions.forEach((partition, row) => {
    const known = rows.get(partition);
    if (known === undefined) rows.set(partition, [row]);
    else known.push(row);
  });
  return new Map([...rows].map(([partition, list]) => [partition, Int32Array.from(list)]));
}
