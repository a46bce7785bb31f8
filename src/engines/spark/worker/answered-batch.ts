import type { ArrowMessage } from '../../../frame/arrow-message.ts';
import type { StructValues } from '../../../frame/arrow-structs.ts';
import { boundOf, likeliestLabels, probabilitiesOf } from '../../../partition/answers.ts';
import { outputWidth } from '../../../partition/predictions.ts';
import type { ScoreArgs } from '../scoring/score-args.ts';
import type { TypedBatch } from './typed-batch.ts';

/** Who answered, for rows of one partition. */
export type Answerer = {
  readonly model: string | null;
  readonly rung: string;
  readonly reason: string | null;
  /** Half the width of the intervals; left out where there are none. */
  readonly reach?: number | undefined;
};

/** A batch that arrived, and what has been answered of it. */
export class AnsweredBatch {
  readonly message: ArrowMessage;
  readonly batch: TypedBatch;
  readonly #classes: readonly string[];
  readonly #hasIntervals: boolean;
  /** rows × width; NaN = no prediction. */
  readonly #output: Float64Array;
  readonly #answerers: Answerer[] = [];
  #missing: number;

  constructor(
    message: ArrowMessage,
    batch: TypedBatch,
    { classes, hasIntervals }: Pick<ScoreArgs, 'classes' | 'hasIntervals'>,
  ) {
    const { rowCount } = batch.frame;
    this.message = message;
    this.batch = batch;
    this.#classes = classes;
    this.#hasIntervals = hasIntervals;
    this.#output = new Float64Array(rowCount * outputWidth(classes)).fill(Number.NaN);
    this.#missing = rowCount;
  }

  get isWhole(): boolean {
    return this.#missing === 0;
  }

  /** `output`: of these rows, row-major, from row `first` of it on; null: nobody answers. */
  answer(rows: Int32Array, output: Float64Array | null, first: number, answerer: Answerer): void {
    const width = outputWidth(this.#classes);
    rows.forEach((row, i) => {
      if (output !== null)
        for (let k = 0; k < width; k++)
          this.#output[row * width + k] = output[(first + i) * width + k] as number;
      this.#answerers[row] = answerer;
    });
    this.#missing -= rows.length;
  }

  /** Values of `answerFields`. */
  answers(): readonly StructValues[] {
    const classes = this.#classes;
    return [
      classes.length === 0 ? present(this.#output) : likeliestLabels(this.#output, classes),
      ...classes.map((_, k) => present(probabilitiesOf(this.#output, classes, k))),
      ...(this.#hasIntervals ? [this.#bounds(-1), this.#bounds(1)] : []),
      this.#answerers.map(({ model }) => model),
      this.#answerers.map(({ rung }) => rung),
      this.#answerers.map(({ reason }) => reason),
    ];
  }

  /** A row has one value where it has an interval. */
  #bounds(side: 1 | -1): StructValues {
    const reaches = this.#answerers.map(({ reach }) => reach);
    return present(this.#output.map((value, row) => boundOf(value, reaches[row], side)));
  }
}

function present(values: Float64Array): StructValues {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}
