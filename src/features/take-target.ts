import type { Target } from '../estimators/estimator.ts';
import { takeCodes, takeNumbers } from '../frame/frame.ts';

/** The target of the given rows, in the given order. */
export function takeTarget(target: Target, rows: Int32Array): Target {
  return target.kind === 'classes'
    ? { ...target, codes: takeCodes(target.codes, rows) }
    : { ...target, values: takeNumbers(target.values, rows) };
}
