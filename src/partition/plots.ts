import {
  type ClassRows,
  positiveCode,
  predictedCodes,
  type ValueRows,
} from '../estimators/metrics/scored-rows.ts';
import { precisionRecallCurve, rocCurve } from './curves.ts';
import type { PlotFacts } from './evaluate-facts.ts';
import { readLayer } from './predictions.ts';
import { cvRows, heldOutRows, type Side } from './side-scores.ts';
import { scoredRows, type Truth } from './truth.ts';

const HISTOGRAM_BINS = 30;
const CALIBRATION_BINS = 10;
const SCATTER_POINTS = 300;
/** Curves of more rows than this are drawn from every n-th row: their points would be the same to the eye. */
const CURVE_ROWS = 20_000;
/** A larger table of classes is not readable. */
const CONFUSION_CLASSES = 50;

/**
 * What a report draws of one side: holdout rows, or out-of-fold rows where there is no holdout; null without either. A row
 * is drawn once: of several repeats the first shows it.
 */
export function plotFacts(truth: Truth, side: Side, folds: Uint8Array): PlotFacts | null {
  const { predictions, best } = side;
  const heldOut = heldOutRows(side, folds);
  const isHeldOut = heldOut.length > 0;
  const rows = isHeldOut ? heldOut : ofFirstRepeat(truth, cvRows(side, folds));
  if (rows.length === 0) return null;
  const output = readLayer(predictions, isHeldOut ? predictions.layers - 1 : best, rows);
  const scored = scoredRows(truth, rows, output);
  const plots = scored.kind === 'values' ? { residuals: residuals(scored) } : classPlots(scored);
  return { rows: isHeldOut ? 'holdout' : 'oof', ...plots };
}

function ofFirstRepeat({ observations }: Truth, rows: Int32Array): Int32Array {
  return observations === undefined ? rows : rows.filter((row) => observations[row] === row);
}

function classPlots(scored: ClassRows): Partial<PlotFacts> {
  const { classes } = scored;
  const thinned = thin(scored);
  return {
    ...(classes.length <= CONFUSION_CLASSES ? { confusion: confusionOf(scored) } : {}),
    roc: rocCurve(thinned),
    pr: precisionRecallCurve(thinned),
    calibration: calibrationOf(scored),
  };
}

/** [true class][predicted class], rows. */
function confusionOf({ truth, probabilities, classes }: ClassRows): readonly (readonly number[])[] {
  const table = classes.map(() => classes.map(() => 0));
  predictedCodes(probabilities, classes.length).forEach((code, i) => {
    const row = table[truth[i] as number] as number[];
    row[code] = (row[code] as number) + 1;
  });
  return table;
}

/** How often what was held to be probable was true: of the positive class, or of the predicted one among several. */
function calibrationOf(scored: ClassRows): NonNullable<PlotFacts['calibration']> {
  const { truth, probabilities, classes } = scored;
  const positive = positiveCode(scored);
  const predicted = predictedCodes(probabilities, classes.length);
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ predicted: 0, hits: 0, rows: 0 }));
  truth.forEach((code, i) => {
    const asked = positive ?? (predicted[i] as number);
    const probability = probabilities[i * classes.length + asked] as number;
    const bin = bins[Math.min(CALIBRATION_BINS - 1, Math.floor(probability * CALIBRATION_BINS))];
    if (bin === undefined) return;
    bin.predicted += probability;
    bin.hits += code === asked ? 1 : 0;
    bin.rows += 1;
  });
  return bins
    .filter(({ rows }) => rows > 0)
    .map(({ predicted: sum, hits, rows }) => ({
      predicted: sum / rows,
      observed: hits / rows,
      rows,
    }));
}

/** Truth minus prediction. */
function residuals({ truth, prediction }: ValueRows): NonNullable<PlotFacts['residuals']> {
  const errors = truth.map((value, i) => value - (prediction[i] as number));
  const low = errors.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = errors.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const width = (high - low) / HISTOGRAM_BINS;
  const counts = new Int32Array(width > 0 ? HISTOGRAM_BINS : 1);
  for (const error of errors) {
    const bin = width > 0 ? Math.min(counts.length - 1, Math.floor((error - low) / width)) : 0;
    counts[bin] = (counts[bin] as number) + 1;
  }
  const histogram = Array.from(counts, (count, bin) => ({
    from: low + bin * width,
    to: bin === counts.length - 1 ? high : low + (bin + 1) * width,
    count,
  }));
  const scatter = everyNth(truth.length, SCATTER_POINTS).map((i) => ({
    truth: truth[i] as number,
    prediction: prediction[i] as number,
  }));
  return { histogram, scatter };
}

function thin(scored: ClassRows): ClassRows {
  if (scored.truth.length <= CURVE_ROWS) return scored;
  const { truth, probabilities, classes, weights } = scored;
  const rows = everyNth(truth.length, CURVE_ROWS);
  return {
    ...scored,
    truth: Int32Array.from(rows, (row) => truth[row] as number),
    probabilities: Float64Array.from(
      rows.flatMap((row) => [
        ...probabilities.subarray(row * classes.length, (row + 1) * classes.length),
      ]),
    ),
    weights: weights && Float64Array.from(rows, (row) => weights[row] as number),
  };
}

/** At most `limit` of 0 … count − 1, evenly spread. */
function everyNth(count: number, limit: number): readonly number[] {
  const step = Math.max(1, count / limit);
  return Array.from({ length: Math.min(count, limit) }, (_, i) => Math.floor(i * step));
}
