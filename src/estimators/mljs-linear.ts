import MultivariateLinearRegression from 'ml-regression-multivariate-linear';
import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { linearImportance } from './importance.ts';
import { createLinearModel, loadLinearModel } from './linear-model.ts';
import { type SoundColumns, slopesOf, soundColumns } from './mljs-columns.ts';
import { pollOf } from './polling.ts';
import { scaleTarget } from './target-scale.ts';

const ID = 'mljs/linear';

/** Ordinary least squares has nothing to set. */
const parameters = z.strictObject({});

/**
 * Least squares by ml-regression-multivariate-linear. The library inverts XᵀX as it comes, and its statistics divide by
 * rows − columns: so columns are standardised, constant and dependent ones left out (slope 0), statistics off. It can't
 * be stopped on its way, hence the row limit.
 */
export const mljsLinear = Object.freeze<Estimator>({
  id: ID,
  tasks: ['regression'] as const,
  supports: {
    missing: false,
    weights: false,
    probabilities: false,
    importance: true,
    contributions: true,
    randomness: false,
    scaledInput: true,
    maxRows: 100_000,
  },
  parameters,
  space: {},
  fit(x: Matrix, y: Target, _parameters, { stop }: FitOptions): Model {
    if (y.kind !== 'values') throw new RangeError(`${ID} predicts values, not classes.`);
    const columns = soundColumns(x, pollOf(stop));
    const { centre, scale, scaled } = scaleTarget(y.values);
    const [slopes, offset] = solve(columns, scaled);
    return linearModelOf(ID, columns, slopes, { offset: centre + scale * offset, scale });
  },
  load: (bytes) => loadLinearModel(ID, bytes),
});

/** Slopes of standardised columns, and the scale of the target that they stand in, as a model of the columns themselves. */
export function linearModelOf(
  algorithm: string,
  columns: SoundColumns,
  slopes: readonly number[],
  { offset, scale }: { readonly offset: number; readonly scale: number },
): Model {
  const coefficients = slopesOf(columns, slopes, scale);
  const intercept = coefficients.reduce(
    (sum, slope, column) => sum - slope * (columns.centres[column] as number),
    offset,
  );
  return createLinearModel({
    algorithm,
    classCount: 0,
    present: new Int32Array(0),
    columns: coefficients.length,
    coefficients,
    intercepts: Float64Array.of(intercept),
    importance: linearImportance(coefficients, columns.scales),
    centres: columns.centres,
  });
}

function solve(
  { kept, rows }: SoundColumns,
  target: Float64Array,
): readonly [readonly number[], number] {
  if (kept.length === 0) return [[], 0];
  const targets = Array.from(target, (value) => [value]);
  const { weights } = new MultivariateLinearRegression(mutable(rows), targets, {
    statistics: false,
  });
  const solution = weights.map(([weight]) => weight as number);
  return [solution.slice(0, -1), solution.at(-1) as number];
}

/** The library copies what it is given, but its types don't say so. */
function mutable(rows: readonly (readonly number[])[]): number[][] {
  return rows as number[][];
}
