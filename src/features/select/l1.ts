import type { Target } from '../../estimators/estimator.ts';
import { matrixColumn } from '../../frame/frame.ts';
import type { Ranking } from './selection-data.ts';
import { meanProduct, standardised } from './standardise.ts';

const PENALTIES = 100;
const LEAST_SHARE = 0.001;
const MAX_SWEEPS = 200;
const TOLERANCE = 1e-7;

/**
 * The lasso path on standardised columns: a column's score is the penalty, as a share of the largest useful one, at
 * which it enters. Classes are a response of 0 and 1 each, least squares for both tasks: where columns enter depends on
 * the same inner products as in a logistic path, and one pass over the rows is all it takes. Coordinate descent with
 * covariance updates (Friedman, Hastie and Tibshirani 2010); O(columns² · rows), then O(columns²) per sweep. The path ends
 * when `keep` columns are in; those outside have score 0.
 */
export const rankByL1: Ranking = ({ columns, x, target }, keep) => {
  const used = columns.flatMap((_, column) => {
    const values = standardised(matrixColumn(x, column));
    return values === undefined ? [] : [{ column, values }];
  });
  const products = used.map((a) => Float64Array.from(used, (b) => meanProduct(a.values, b.values)));
  const paths = responsesOf(target).map((response) => ({
    coefficients: new Float64Array(used.length),
    residual: Float64Array.from(used, ({ values }) => meanProduct(values, response)),
  }));
  const largest = Math.max(0, ...paths.flatMap(({ residual }) => Array.from(residual, Math.abs)));
  const scores = new Float64Array(columns.length);
  let entered = 0;
  for (let step = 1; step < PENALTIES && entered < keep && largest > 0; step++) {
    const share = LEAST_SHARE ** (step / (PENALTIES - 1));
    for (const path of paths) descend(path, products, share * largest);
    used.forEach(({ column }, i) => {
      if (scores[column] !== 0 || paths.every(({ coefficients }) => coefficients[i] === 0)) return;
      scores[column] = share;
      entered++;
    });
  }
  return scores;
};

/** One response per class, of two classes one: the other is its mirror image. */
function responsesOf(target: Target): readonly Float64Array[] {
  if (target.kind === 'values') return present(standardised(target.values));
  const codes = target.classes.length === 2 ? [1] : target.classes.map((_, code) => code);
  return codes.flatMap((wanted) =>
    present(standardised(Float64Array.from(target.codes, (code) => (code === wanted ? 1 : 0)))),
  );
}

function present<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

/** `residual` = inner product of each column with what the coefficients leave unexplained. */
type Path = { readonly coefficients: Float64Array; readonly residual: Float64Array };

/** Moves the coefficients to the lasso solution for one penalty, from where they stand. */
function descend(
  { coefficients, residual }: Path,
  products: readonly Float64Array[],
  penalty: number,
): void {
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let furthest = 0;
    for (let j = 0; j < coefficients.length; j++) {
      const before = coefficients[j] as number;
      const pull = (residual[j] as number) + before;
      const after = Math.sign(pull) * Math.max(0, Math.abs(pull) - penalty);
      if (after === before) continue;
      coefficients[j] = after;
      const row = products[j] as Float64Array;
      for (let k = 0; k < residual.length; k++)
        residual[k] = (residual[k] as number) - (after - before) * (row[k] as number);
      furthest = Math.max(furthest, Math.abs(after - before));
    }
    if (furthest < TOLERANCE) return;
  }
}
