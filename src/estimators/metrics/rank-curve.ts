import { distinctAscending, placeOf } from '../distinct-values.ts';
import { type ClassRows, weightOf } from './scored-rows.ts';

/** Weight of true and false positives when every row down to a score is called positive. */
export type RankCurve = {
  /** Distinct scores, descending. */
  readonly thresholds: Float64Array;
  /** Of all rows scored at least as high as the threshold. */
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  /** Per row: the index of its own score in `thresholds`. */
  readonly stepOfRow: Int32Array;
  readonly positives: number;
  readonly negatives: number;
};

/** The curve of one class against all others, by its probability; tied rows are one step. O(rows·log rows). */
export function rankCurve(rows: ClassRows, label: number): RankCurve {
  const scores = columnOf(rows, label);
  const ascending = distinctAscending(scores);
  const last = ascending.length - 1;
  const stepOfRow = Int32Array.from(scores, (score) => last - placeOf(score, ascending));
  const truePositives = new Float64Array(ascending.length);
  const falsePositives = new Float64Array(ascending.length);
  for (let row = 0; row < scores.length; row++) {
    const step = stepOfRow[row] as number;
    const hits = rows.truth[row] === label ? truePositives : falsePositives;
    hits[step] = (hits[step] as number) + weightOf(rows.weights, row);
  }
  return {
    thresholds: ascending.reverse(),
    truePositives: accumulate(truePositives),
    falsePositives: accumulate(falsePositives),
    stepOfRow,
    positives: truePositives.at(-1) ?? 0,
    negatives: falsePositives.at(-1) ?? 0,
  };
}

/** Running totals, in place. */
function accumulate(values: Float64Array): Float64Array {
  for (let i = 1; i < values.length; i++)
    values[i] = (values[i] as number) + (values[i - 1] as number);
  return values;
}

function columnOf({ probabilities, classes, truth }: ClassRows, label: number): Float64Array {
  return Float64Array.from(truth, (_, i) => probabilities[i * classes.length + label] as number);
}
