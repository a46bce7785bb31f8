import { type RankCurve, rankCurve } from '../estimators/metrics/rank-curve.ts';
import { type ClassRows, positiveCode } from '../estimators/metrics/scored-rows.ts';
import type { PlotFacts } from './evaluate-facts.ts';

/** Places on a curve's horizontal axis, evenly spread, at which it is looked at. */
const POINTS = 100;
/** What nobody sees in a picture of 1 × 1: a figure is given to so many decimals, and a point left out that is so close to the line. */
const DECIMALS = 4;
const TOLERANCE = 10 ** -DECIMALS;

/** True against false positive rate; of several classes the plain mean of each against all others. */
export function rocCurve(rows: ClassRows): NonNullable<PlotFacts['roc']> {
  const curves = curvesOf(rows);
  if (curves.length === 0) return [];
  const rateAt = (fpr: number) => mean(curves.map((curve) => truePositiveRate(curve, fpr)));
  return corners(grid().map((fpr) => [fpr, rateAt(fpr)])).map(([fpr, tpr]) => ({ fpr, tpr }));
}

/** Precision where that share of the positives is found; of several classes the plain mean. */
export function precisionRecallCurve(rows: ClassRows): NonNullable<PlotFacts['pr']> {
  const curves = curvesOf(rows);
  if (curves.length === 0) return [];
  const meanAt = (recall: number) => mean(curves.map((curve) => precisionAt(curve, recall)));
  return corners(grid().map((recall) => [recall, meanAt(recall)])).map(([recall, precision]) => ({
    recall,
    precision,
  }));
}

/** Of every class that is looked at and has rows on both sides. */
function curvesOf(rows: ClassRows): readonly RankCurve[] {
  const positive = positiveCode(rows);
  const codes = positive === undefined ? [...rows.classes.keys()] : [positive];
  return codes
    .map((code) => rankCurve(rows, code))
    .filter(({ positives, negatives }) => positives > 0 && negatives > 0);
}

/** A straight line between two steps of the curve: rows of one probability come in no order. */
function truePositiveRate(curve: RankCurve, fpr: number): number {
  const { truePositives, falsePositives, positives, negatives } = curve;
  // The curve ends where all are called positive, however many positives come after the last negative.
  const step = fpr === 1 ? falsePositives.length - 1 : firstStep(falsePositives, fpr * negatives);
  const [x0, y0] = step === 0 ? [0, 0] : [falsePositives[step - 1], truePositives[step - 1]];
  const [x1, y1] = [falsePositives[step] as number, truePositives[step] as number];
  const width = x1 - (x0 as number);
  const share = width === 0 ? 1 : (fpr * negatives - (x0 as number)) / width;
  return ((y0 as number) + share * (y1 - (y0 as number))) / positives;
}

function precisionAt(
  { truePositives, falsePositives, positives }: RankCurve,
  recall: number,
): number {
  const step = firstStep(truePositives, Math.max(recall * positives, Number.MIN_VALUE));
  const found = truePositives[step] as number;
  return found / (found + (falsePositives[step] as number));
}

/** The first step whose count reaches `wanted`, the last one where none does (rounding); counts ascend. */
function firstStep(counts: Float64Array, wanted: number): number {
  let low = 0;
  let high = counts.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((counts[middle] as number) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

function grid(): readonly number[] {
  return Array.from({ length: POINTS }, (_, i) => i / (POINTS - 1));
}

type Point = readonly [x: number, y: number];

/** Where the line through the points turns, with both ends: a partition of few rows has few of them. */
function corners(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  let last = 0;
  points.forEach((point, i) => {
    const next = points[i + 1];
    if (i > 0 && next !== undefined) {
      const from = points[last] as Point;
      const isStraight = points
        .slice(last + 1, i + 1)
        .every(([x, y]) => Math.abs(y - heightAt(x, from, next)) <= TOLERANCE);
      if (isStraight) return;
    }
    last = i;
    kept.push([rounded(point[0]), rounded(point[1])]);
  });
  return kept;
}

/** Of the straight line through two points. */
function heightAt(x: number, [x0, y0]: Point, [x1, y1]: Point): number {
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
