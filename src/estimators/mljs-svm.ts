import { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import type { Matrix } from '../frame/frame.ts';
import { presentClasses } from './class-codes.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { trainSvm } from './mljs-libsvm.ts';
import { createSvmModel, loadSvmModel, SVM_ID, type SvmContent } from './mljs-svm-model.ts';
import { pollOf } from './polling.ts';
import { scaleTarget } from './target-scale.ts';
import { powerOfTwoAbove } from './training-rows.ts';

const parameters = z.strictObject({
  cost: z.number().positive().max(1e6).default(1).describe('Price of a row on the wrong side.'),
  gamma: z
    .union([z.literal('scale'), z.number().positive().max(1e6)])
    .default('scale')
    .describe('Width of the kernel exp(−gamma·distance²); `scale` = 1 ÷ (columns · variance).'),
  epsilon: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Regression: errors up to this many standard deviations of the target cost nothing.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * Support vector machines with RBF kernel by libsvm-js: C-SVC with Platt probabilities, one against one, or ε-SVR. The
 * library's gamma, 1 ÷ columns, ignores how far the data reach: ours is scikit-learn's `scale`. Trained by libsvm,
 * answered here from what it found: its own text form rounds vectors to 8 digits. A fit can't be stopped on its way and
 * takes time with the square of the rows (the probabilities fit five times more), hence the row limit.
 */
export const mljsSvm = Object.freeze<Estimator<Parameters>>({
  id: SVM_ID,
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: false,
    weights: false,
    probabilities: true,
    importance: false,
    randomness: false,
    scaledInput: true,
    maxRows: 10_000,
  },
  parameters,
  space: { cost: [0.1, 1, 10, 100], gamma: ['scale', 0.01, 0.1, 1] },
  fit(x: Matrix, y: Target, chosen: Parameters, { stop }: FitOptions): Model {
    pollOf(stop)();
    if (x.names.length === 0)
      throw new Failure(
        'invalid-data',
        `${SVM_ID} measures distances between rows, and no feature is left to measure them by.`,
      );
    return createSvmModel(
      y.kind === 'classes' ? fitClasses(x, y, chosen) : fitValues(x, y, chosen),
    );
  },
  load: loadSvmModel,
});

type Classes = Extract<Target, { kind: 'classes' }>;
type Values = Extract<Target, { kind: 'values' }>;

function fitClasses(x: Matrix, y: Classes, chosen: Parameters): SvmContent {
  const { present, places } = presentClasses(y.codes, y.classes.length);
  const found = { ...emptyContent(x, chosen), classCount: y.classes.length, present };
  if (present.length === 1) return found;
  // In the order of classes: libsvm numbers them as they come.
  const order = [...places.keys()].sort(
    (a, b) => (places[a] as number) - (places[b] as number) || a - b,
  );
  const labels = order.map((row) => places[row] as number);
  return solved(found, x, { kind: 'classes', order, labels, chosen });
}

function fitValues(x: Matrix, y: Values, chosen: Parameters): SvmContent {
  const { centre, scale, scaled } = scaleTarget(y.values);
  const deviation = Math.sqrt(scaled.reduce((sum, value) => sum + value ** 2 / scaled.length, 0));
  const found = {
    ...emptyContent(x, chosen),
    offsets: new Float64Array(1),
    centre,
    scale: scale * deviation,
  };
  if (deviation === 0) return found;
  return solved(found, x, {
    kind: 'values',
    order: [...scaled.keys()],
    labels: Array.from(scaled, (value) => value / deviation),
    chosen,
  });
}

/** A machine without vectors: it answers with its only class, or the centre. */
function emptyContent(x: Matrix, chosen: Parameters): SvmContent {
  const none = new Float64Array(0);
  const columns = x.names.length;
  const unit = powerOfTwoAbove(
    x.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1,
  );
  return {
    classCount: 0,
    present: new Int32Array(0),
    columns,
    unit,
    gamma: gammaOf(x, unit, chosen.gamma),
    counts: new Int32Array(1),
    vectors: none,
    coefficients: none,
    offsets: none,
    slopes: none,
    shifts: none,
    centre: 0,
    scale: 1,
  };
}

/** Gamma for rows in multiples of `unit`, a power of two: only the range of numbers changes. */
function gammaOf(x: Matrix, unit: number, gamma: Parameters['gamma']): number {
  if (gamma !== 'scale') return Math.min(gamma * unit * unit, Number.MAX_VALUE);
  const { length } = x.data;
  const mean = x.data.reduce((sum, value) => sum + value / unit / length, 0);
  const variance = x.data.reduce((sum, value) => sum + (value / unit - mean) ** 2 / length, 0);
  return variance > 0 ? 1 / (x.names.length * variance) : 1 / x.names.length;
}

function solved(
  content: SvmContent,
  x: Matrix,
  problem: {
    readonly kind: 'classes' | 'values';
    /** Row numbers in the order that libsvm sees them. */
    readonly order: readonly number[];
    readonly labels: readonly number[];
    readonly chosen: Parameters;
  },
): SvmContent {
  const rows = problem.order.map((row) => scaledRow(x, row, content.unit));
  const { cost, epsilon } = problem.chosen;
  const { kind, labels } = problem;
  const found = trainSvm({ kind, rows, labels, cost, epsilon, gamma: content.gamma });
  return {
    ...content,
    counts: Int32Array.from(found.counts),
    vectors: Float64Array.from(found.vectors.flatMap((vector) => rows[vector] as number[])),
    coefficients: Float64Array.from(found.coefficients.flat()),
    offsets: Float64Array.from(found.offsets),
    slopes: Float64Array.from(found.slopes),
    shifts: Float64Array.from(found.shifts),
  };
}

function scaledRow(x: Matrix, row: number, unit: number): readonly number[] {
  // −0 becomes 0.
  return x.names.map((_, f) => (x.data[f * x.rowCount + row] as number) / unit + 0);
}
