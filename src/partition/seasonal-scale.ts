import { HOLDOUT } from '../estimators/folds.ts';
import type { Frame } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import { memberRanges } from './member-ranges.ts';

/**
 * Per row, the mean |yₜ − yₜ₋ₘ| of its series over the rows that are no holdout, m rows being a season; NaN where there is
 * no such pair, or no difference.
 */
export function seasonalScales(
  frame: Frame,
  values: Float64Array,
  folds: Uint8Array,
  { forecast, partition }: Spec,
): Float64Array {
  const season = forecast?.season ?? 1;
  const scales = new Float64Array(frame.rowCount).fill(Number.NaN);
  const whole = [{ start: 0, count: frame.rowCount }];
  for (const { start, count } of memberRanges(frame, whole, partition.by)) {
    let [sum, pairs] = [0, 0];
    for (let row = start + season; row < start + count; row++) {
      const change = Math.abs((values[row] as number) - (values[row - season] as number));
      if (Number.isNaN(change) || folds[row] === HOLDOUT) continue;
      sum += change;
      pairs++;
    }
    if (sum > 0) scales.fill(sum / pairs, start, start + count);
  }
  return scales;
}
