import { Matrix as MlMatrix, solve } from 'ml-matrix';
import { PLS } from 'ml-pls';
import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import type { Estimator, FitOptions, Model, Target } from './estimator.ts';
import { loadLinearModel } from './linear-model.ts';
import { soundColumns } from './mljs-columns.ts';
import { linearModelOf } from './mljs-linear.ts';
import { pollOf } from './polling.ts';
import { scaleTarget } from './target-scale.ts';

const ID = 'mljs/pls';

const parameters = z.strictObject({
  components: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Latent directions; never more than there are independent columns.'),
});
type Parameters = z.output<typeof parameters>;

/**
 * Partial least squares (NIPALS) by ml-pls. Its own default takes as many components as columns, which is least squares
 * the long way: ours is 5. Its own prediction multiplies by the loadings P where W·(PᵀW)⁻¹ is due, so the coefficients
 * are made here, from its W, P, Q and B; and they end before the first component that it could not compute.
 */
export const mljsPls = Object.freeze<Estimator<Parameters>>({
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
  space: { components: [1, 2, 3, 5, 8, 12] },
  fit(x: Matrix, y: Target, { components }: Parameters, { stop }: FitOptions): Model {
    if (y.kind !== 'values') throw new RangeError(`${ID} predicts values, not classes.`);
    const columns = soundColumns(x, pollOf(stop));
    const { centre, scale, scaled } = scaleTarget(y.values);
    const latent = Math.min(components, columns.kept.length);
    const isConstant = scaled.every((value) => value === 0);
    const slopes = isConstant || latent === 0 ? null : slopesBy(latent, columns.rows, scaled);
    const known = slopes ?? columns.kept.map(() => 0);
    return linearModelOf(ID, columns, known, { offset: centre, scale });
  },
  load: (bytes) => loadLinearModel(ID, bytes),
});

/** Slopes of the given columns (mean 0), or null where not even one component could be computed. */
function slopesBy(
  latentVectors: number,
  rows: readonly (readonly number[])[],
  target: Float64Array,
): readonly number[] | null {
  const pls = new PLS({ latentVectors, scale: true }, {});
  pls.train(
    rows as number[][],
    Array.from(target, (value) => [value]),
  );
  const { W, P, Q, B } = pls as { readonly [name in 'W' | 'P' | 'Q' | 'B']: MlMatrix };
  const count = finiteColumns(W, P, B);
  if (count === 0) return null;
  const leading = (matrix: MlMatrix): MlMatrix =>
    matrix.subMatrix(0, matrix.rows - 1, 0, count - 1);
  const weights = leading(W);
  const ofTarget = MlMatrix.columnVector(
    Array.from({ length: count }, (_, k) => B.get(k, k) * Q.get(0, k)),
  );
  const inner = solve(leading(P).transpose().mmul(weights), ofTarget);
  const deviations = pls.stdDevX as readonly number[];
  const targetDeviation = (pls.stdDevY as readonly number[])[0] as number;
  return weights
    .mmul(inner)
    .to1DArray()
    .map((slope, i) => (slope / (deviations[i] as number)) * targetDeviation);
}

function finiteColumns(...matrices: readonly MlMatrix[]): number {
  const counts = matrices.map((matrix) => {
    const bad = Array.from({ length: matrix.columns }, (_, k) => matrix.getColumn(k)).findIndex(
      (column) => !column.every(Number.isFinite),
    );
    return bad < 0 ? matrix.columns : bad;
  });
  return Math.min(...counts);
}
