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
  const { truth, weights } = rows;
  const scores = columnOf(rows, label);
  const order = Int32Array.from(truth, (_, i) => i).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  const stepOfRow = new Int32Array(truth.length);
  let positives = 0;
  let negatives = 0;
  for (const row of order) {
    if (truth[row] === label) positives += weightOf(weights, row);
    else negatives += weightOf(weights, row);
    const score = scores[row] as number;
    if (thresholds.at(-1) !== score) thresholds.push(score);
    const step = thresholds.length - 1;
    truePositives[step] = positives;
    falsePositives[step] = negatives;
    stepOfRow[row] = step;
  }
  return {
    thresholds: Float64Array.from(thresholds),
    truePositives: Float64Array.from(truePositives),
    falsePositives: Float64Array.from(falsePositives),
    stepOfRow,
    positives,
    negatives,
  };
}

function columnOf({ probabilities, classes, truth }: ClassRows, label: number): Float64Array {
  return Float64Array.from(truth, (_, i) => probabilities[i * classes.length + label] as number);
}
