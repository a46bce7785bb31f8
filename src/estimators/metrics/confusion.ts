import { type Measure, meanMeasure, unmeasured } from './measure.ts';
import { type ClassRows, positiveCode, predictedCodes, weightOf } from './scored-rows.ts';

/** Weight of the rows by [true class][predicted class], with its margins. */
type Confusion = {
  readonly size: number;
  /** size × size, row-major. */
  readonly cells: Float64Array;
  readonly truths: Float64Array;
  readonly predictions: Float64Array;
  readonly total: number;
};

function confusionOf({ classes, weights }: ClassRows, cellOfRow: Int32Array): Confusion {
  const cells = new Float64Array(classes.length ** 2);
  for (let i = 0; i < cellOfRow.length; i++) {
    const cell = cellOfRow[i] as number;
    cells[cell] = (cells[cell] as number) + weightOf(weights, i);
  }
  return withMargins(cells, classes.length);
}

/** A metric that depends on the confusion matrix alone (and on which class is positive); `null` where it has no value. */
function confusionMeasure(
  metric: (confusion: Confusion, rows: ClassRows) => number | null,
  because = '',
): Measure<ClassRows> {
  return (rows) => {
    const size = rows.classes.length;
    const cellOfRow = predictedCodes(rows.probabilities, size).map(
      (code, i) => (rows.truth[i] as number) * size + code,
    );
    const confusion = confusionOf(rows, cellOfRow);
    const value = metric(confusion, rows);
    if (value === null) return unmeasured(because);
    const influence = (): Float64Array => {
      const byCell = cellInfluence(confusion, (changed) => metric(changed, rows) ?? value);
      return Float64Array.from(cellOfRow, (cell) => byCell[cell] as number);
    };
    return { score: { value }, influence };
  };
}

/** Share of rows that are right. */
export const accuracy = meanMeasure<ClassRows>(({ truth, probabilities, classes }) => {
  const codes = predictedCodes(probabilities, classes.length);
  const isRight = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) isRight[i] = codes[i] === truth[i] ? 1 : 0;
  return isRight;
});

/** Mean recall over the classes that occur in the truth. */
export const balancedAccuracy = confusionMeasure((confusion) => {
  const recalls = labels(confusion).filter((k) => (confusion.truths[k] as number) > 0);
  return mean(recalls.map((k) => recallOf(confusion, k)));
});

/** Mean F1 over the classes that occur in truth or prediction. */
export const macroF1 = confusionMeasure(macroOf(f1Of));

/** F1 of each class, weighted by how much of the truth is of that class. */
export const weightedF1 = confusionMeasure((confusion) =>
  labels(confusion).reduce(
    (sum, k) => sum + f1Of(confusion, k) * ((confusion.truths[k] as number) / confusion.total),
    0,
  ),
);

/** 2·TP ÷ (2·TP + FP + FN) of the positive class, 0 where that is 0 ÷ 0; several classes: as macro F1. */
export const f1 = confusionMeasure(positiveOrMacro(f1Of));

/** TP ÷ (TP + FP) of the positive class, 0 where nothing is predicted positive; several classes: mean over those in truth or prediction. */
export const precision = confusionMeasure(positiveOrMacro(precisionOf));

/** TP ÷ (TP + FN) of the positive class, 0 where nothing is positive; several classes: mean over those in truth or prediction. */
export const recall = confusionMeasure(positiveOrMacro(recallOf));

/** Matthews correlation of truth and prediction (Gorodkin 2004 for several classes); 0 where either is constant. */
export const matthews = confusionMeasure(({ size, cells, truths, predictions, total }) => {
  const square = total ** 2;
  const spread = (square - dot(predictions, predictions)) * (square - dot(truths, truths));
  if (!(spread > 0)) return 0;
  return (trace(size, cells) * total - dot(truths, predictions)) / Math.sqrt(spread);
});

/** Cohen's kappa: agreement beyond chance. None where truth and prediction are one and the same class throughout. */
export const kappa = confusionMeasure((confusion) => {
  if (labels(confusion).length < 2) return null;
  const { size, cells, truths, predictions, total } = confusion;
  const expected = dot(truths, predictions) / total;
  return 1 - (total - trace(size, cells)) / (total - expected);
}, 'Truth and prediction hold one and the same class.');

/**
 * W·∂θ/∂cell for every cell that holds rows, by central differences: θ does not change when all cells are scaled, so
 * these derivatives already sum to zero over the rows.
 */
function cellInfluence(
  { size, cells, total }: Confusion,
  metric: (confusion: Confusion) => number,
): Float64Array {
  return cells.map((weight, cell) => {
    if (weight === 0) return 0;
    const step = weight * 1e-4;
    const at = (changed: number): number =>
      metric(withMargins(cells.with(cell, weight + changed), size));
    return ((at(step) - at(-step)) / (2 * step)) * total;
  });
}

function withMargins(cells: Float64Array, size: number): Confusion {
  const truths = new Float64Array(size);
  const predictions = new Float64Array(size);
  let total = 0;
  for (let t = 0; t < size; t++) {
    for (let p = 0; p < size; p++) {
      const weight = cells[t * size + p] as number;
      truths[t] = (truths[t] as number) + weight;
      predictions[p] = (predictions[p] as number) + weight;
      total += weight;
    }
  }
  return { size, cells, truths, predictions, total };
}

type ClassMetric = (confusion: Confusion, label: number) => number;

function f1Of({ size, cells, truths, predictions }: Confusion, k: number): number {
  const hits = cells[k * size + k] as number;
  return ratio(2 * hits, (truths[k] as number) + (predictions[k] as number));
}

function precisionOf({ size, cells, predictions }: Confusion, k: number): number {
  return ratio(cells[k * size + k] as number, predictions[k] as number);
}

function recallOf({ size, cells, truths }: Confusion, k: number): number {
  return ratio(cells[k * size + k] as number, truths[k] as number);
}

function macroOf(metric: ClassMetric): (confusion: Confusion) => number {
  return (confusion) => mean(labels(confusion).map((k) => metric(confusion, k)));
}

function positiveOrMacro(metric: ClassMetric): (confusion: Confusion, rows: ClassRows) => number {
  const macro = macroOf(metric);
  return (confusion, rows) => {
    const positive = positiveCode(rows);
    return positive === undefined ? macro(confusion) : metric(confusion, positive);
  };
}

/** Classes that occur in truth or prediction: scikit-learn's default label set. */
function labels({ size, truths, predictions }: Confusion): readonly number[] {
  const codes = Array.from({ length: size }, (_, k) => k);
  return codes.filter((k) => (truths[k] as number) + (predictions[k] as number) > 0);
}

function trace(size: number, cells: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += cells[k * size + k] as number;
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
