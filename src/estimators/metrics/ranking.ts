import { type Measure, macroMeasure, unmeasured } from './measure.ts';
import { type RankCurve, rankCurve } from './rank-curve.ts';
import { type ClassRows, positiveCode, totalWeight } from './scored-rows.ts';

const ONE_CLASS = 'The truth holds one class, so nothing can be ranked.';
const NO_POSITIVE = 'The truth holds no positive row.';

/**
 * Area under the ROC curve of the positive class, ties counted half; several classes: mean of one-vs-rest over the
 * classes that occur in the truth. None where the truth holds one class.
 */
export const rocAuc = positiveOrMacro(
  (label) => (rows) => {
    const curve = rankCurve(rows, label);
    if (!(curve.positives > 0 && curve.negatives > 0)) return unmeasured(ONE_CLASS);
    return {
      score: { value: areaOf(curve) },
      influence: () => areaInfluence(rows, label, curve),
    };
  },
  ONE_CLASS,
);

/**
 * Average precision, Σ (recall step)·precision without interpolation, of the positive class; several classes: mean of
 * one-vs-rest over the classes that occur in the truth. None where the truth holds no positive row.
 */
export const prAuc = positiveOrMacro(
  (label) => (rows) => {
    const curve = rankCurve(rows, label);
    if (!(curve.positives > 0)) return unmeasured(NO_POSITIVE);
    return {
      score: { value: averagePrecisionOf(curve) },
      influence: () => precisionInfluence(rows, label, curve),
    };
  },
  NO_POSITIVE,
);

function positiveOrMacro(
  measureOf: (label: number) => Measure<ClassRows>,
  because: string,
): Measure<ClassRows> {
  const macro = macroMeasure<ClassRows>(
    ({ classes }) => classes.map((_, k) => measureOf(k)),
    because,
  );
  return (rows) => {
    const positive = positiveCode(rows);
    return positive === undefined ? macro(rows) : measureOf(positive)(rows);
  };
}

/** Trapezoids over (false positives, true positives). */
function areaOf({ truePositives, falsePositives, positives, negatives }: RankCurve): number {
  let area = 0;
  for (let step = 0; step < truePositives.length; step++) {
    const width = at(falsePositives, step) - at(falsePositives, step - 1);
    area += (width * (at(truePositives, step) + at(truePositives, step - 1))) / 2;
  }
  return area / (positives * negatives);
}

/** Placement values: the share of the other side that a row stands on the right side of (DeLong 1988). */
function areaInfluence(rows: ClassRows, label: number, curve: RankCurve): Float64Array {
  const { truePositives, falsePositives, positives, negatives, stepOfRow } = curve;
  const total = totalWeight(rows);
  const area = areaOf(curve);
  return Float64Array.from(stepOfRow, (step, i) => {
    if (rows.truth[i] === label) {
      const above = (at(falsePositives, step) + at(falsePositives, step - 1)) / 2;
      return ((negatives - above) / negatives - area) * (total / positives);
    }
    const above = (at(truePositives, step) + at(truePositives, step - 1)) / 2;
    return (above / positives - area) * (total / negatives);
  });
}

function averagePrecisionOf({ truePositives, falsePositives, positives }: RankCurve): number {
  let sum = 0;
  for (let step = 0; step < truePositives.length; step++) {
    const hits = at(truePositives, step);
    const called = hits + at(falsePositives, step);
    // Rows of weight 0 may lead the order.
    if (called > 0) sum += (hits - at(truePositives, step - 1)) * (hits / called);
  }
  return sum / positives;
}

/** A row changes the recall steps at its own score, and the precision of every step at or below it. */
function precisionInfluence(rows: ClassRows, label: number, curve: RankCurve): Float64Array {
  const { truePositives, falsePositives, positives, stepOfRow } = curve;
  const average = averagePrecisionOf(curve);
  const scale = totalWeight(rows) / positives;
  const gain = new Float64Array(truePositives.length + 1);
  const loss = new Float64Array(truePositives.length + 1);
  for (let step = truePositives.length - 1; step >= 0; step--) {
    const hits = at(truePositives, step);
    const false_ = at(falsePositives, step);
    const recallStep = hits - at(truePositives, step - 1);
    const square = (hits + false_) ** 2;
    gain[step] = at(gain, step + 1) + (square > 0 ? (recallStep * false_) / square : 0);
    loss[step] = at(loss, step + 1) + (square > 0 ? (recallStep * hits) / square : 0);
  }
  return Float64Array.from(stepOfRow, (step, i) => {
    if (rows.truth[i] !== label) return -scale * at(loss, step);
    const hits = at(truePositives, step);
    const called = hits + at(falsePositives, step);
    return scale * ((called > 0 ? hits / called : 1) - average + at(gain, step));
  });
}

/** 0 before the first step. */
function at(values: Float64Array, step: number): number {
  return values[step] ?? 0;
}
