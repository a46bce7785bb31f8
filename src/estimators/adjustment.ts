import { z } from 'zod';
import type { Metric } from '../domain/metric.ts';
import { type Calibration, calibrate, fitCalibration } from './calibration.ts';
import type { ClassRows } from './metrics/scored-rows.ts';
import { fitThreshold, moveThreshold } from './threshold.ts';

/** What is done to probabilities after a model gave them; learned from rows that the model has not seen. */
export type Adjustment =
  | ({ readonly kind: 'calibration' } & Calibration)
  /** The second of two classes is said from this probability on. */
  | { readonly kind: 'threshold'; readonly at: number };

export type AdjustmentsAsked = {
  readonly calibrate: 'none' | 'platt' | 'isotonic';
  readonly threshold: 'half' | 'tuned';
};

const probability = z.number().min(0).max(1);
const curve = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('same') }),
  z.strictObject({ kind: z.literal('platt'), slope: z.number(), shift: z.number() }),
  z.strictObject({
    kind: z.literal('isotonic'),
    from: z.array(probability).min(1),
    to: z.array(probability).min(1),
  }),
]);
/** As they stand in a model's bytes. */
export const adjustmentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('calibration'), curves: z.array(curve).min(1) }),
  z.strictObject({ kind: z.literal('threshold'), at: z.number().gt(0).lt(1) }),
]);

/** The calibration first, then the threshold of what it gives. Nothing where the rows hold one class only. */
export function fitAdjustments(
  { calibrate: method, threshold }: AdjustmentsAsked,
  metric: Metric,
  rows: ClassRows,
): readonly Adjustment[] {
  const classCount = rows.classes.length;
  if (new Set(rows.truth).size < 2) return [];
  const found: Adjustment[] = [];
  if (method !== 'none')
    found.push({ kind: 'calibration', ...fitCalibration(method, { ...rows, classCount }) });
  if (threshold === 'tuned' && classCount === 2) {
    const probabilities = adjust(found, rows.probabilities, classCount);
    found.push({ kind: 'threshold', at: fitThreshold(metric, { ...rows, probabilities }) });
  }
  return found;
}

/** rows × classes, row-major; each row sums to 1 as before. */
export function adjust(
  adjustments: readonly Adjustment[],
  probabilities: Float64Array,
  classCount: number,
): Float64Array {
  return adjustments.reduce(
    (given, one) =>
      one.kind === 'calibration' ? calibrate(one, given, classCount) : moveThreshold(one.at, given),
    probabilities,
  );
}
