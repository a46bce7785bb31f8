import type { JsonObject } from '../../src/domain/json.ts';
import type { Contributions, Model } from '../../src/estimators/estimator.ts';
import { findEstimator } from '../../src/estimators/registry.ts';
import type { Matrix } from '../../src/frame/frame.ts';
import type { Table } from './tables.ts';

export function fitted(id: string, { x, y }: Table, parameters: JsonObject): Model {
  const estimator = findEstimator(id);
  if (estimator === undefined) throw new RangeError(id);
  return estimator.fit(x, y, estimator.parameters.parse(parameters), { seed: 5n });
}

export function contributionsOf(model: Model, x: Matrix): Contributions {
  const contributions = model.contributions?.(x);
  if (contributions === undefined) throw new RangeError('No contributions.');
  return contributions;
}

/** Expectation and all shares of a row, added up, per output. */
export function totalOf(
  { expected, shares }: Contributions,
  row: number,
  features: number,
): number[] {
  return Array.from(expected, (mean, k) => {
    const from = (row * expected.length + k) * features;
    return shares.subarray(from, from + features).reduce((sum, share) => sum + share, mean);
  });
}
