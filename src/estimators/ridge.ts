import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { factorise, solveInto } from './cholesky.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { linearImportance } from './importance.ts';
import { createLinearModel, loadLinearModel } from './linear-model.ts';
import { pollOf } from './polling.ts';
import { putStandardised } from './standard-columns.ts';
import { scaleTarget } from './target-scale.ts';
import { weighedRows } from './training-rows.ts';

const parameters = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .max(1e12)
    .default(1)
    .describe('Penalty on the squared coefficients; 0 = ordinary least squares.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * Ridge regression: minimises Σ weight · (y − intercept − x·w)² + alpha · ‖w‖², the intercept free (scikit-learn's
 * objective). Solved by Cholesky on standardised columns; O(rows · columns²). Dependent columns get 0 where alpha is 0.
 */
export const ridge = Object.freeze<Estimator<Parameters>>({
  id: 'ridge',
  version: 1,
  tasks: ['regression'] as const,
  supports: {
    missing: false,
    weights: true,
    probabilities: false,
    importance: true,
    randomness: false,
    scaledInput: true,
  },
  parameters,
  space: { alpha: [0.001, 0.01, 0.1, 1, 10, 100, 1000] },
  fit: fitRidge,
  load: (bytes) => loadLinearModel('ridge', bytes),
});

function fitRidge(x: Matrix, y: Target, { alpha }: Parameters, options: FitOptions): Model {
  if (y.kind !== 'values') throw new RangeError('ridge predicts values, not classes.');
  const rows = weighedRows(x, y, options.weights);
  const columns = x.names.length;
  const { centre, scale, scaled } = scaleTarget(rows.y.values, rows.weights);
  const { products, centres, scales } = productsOf(rows.x, scaled, rows.weights, options);
  const matrix = new Float64Array(columns * columns);
  const solution = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    const row = products.subarray(j * (columns + 1), (j + 1) * (columns + 1));
    matrix.set(row.subarray(0, columns), j * columns);
    matrix[j * columns + j] = (row[j] as number) + alpha / penaltyUnit(scales[j] as number);
    solution[j] = row[columns] as number;
  }
  solveInto(factorise(matrix, columns, pollOf(options.stop)), solution);
  const coefficients = solution.map((value, j) => {
    const deviation = scales[j] as number;
    return deviation === 0 ? 0 : (value / deviation) * scale;
  });
  const intercept = coefficients.reduce(
    (sum, value, j) => sum - value * (centres[j] as number),
    centre,
  );
  return createLinearModel({
    algorithm: 'ridge',
    classCount: 0,
    present: new Int32Array(0),
    columns,
    coefficients,
    intercepts: Float64Array.of(intercept),
    importance: linearImportance(coefficients, scales),
  });
}

/** The penalty is on coefficients in the columns' own units: (w / deviation)². */
function penaltyUnit(deviation: number): number {
  return deviation === 0 ? 1 : deviation * deviation;
}

/** Weighted products of the standardised columns and, last, the target: (columns + 1)². */
function productsOf(
  x: Matrix,
  target: Float64Array,
  weights: Float64Array | undefined,
  { stop }: FitOptions,
) {
  return withKernels(pollOf(stop), (kernels) => {
    const size = x.names.length + 1;
    const table = putStandardised(kernels, x, weights, target);
    const out = kernels.reserveDoubles(size * size);
    kernels.calls.gram(table.at, x.rowCount, size, table.weights, out);
    return { products: kernels.doublesAt(out, size * size).slice(), ...table };
  });
}
