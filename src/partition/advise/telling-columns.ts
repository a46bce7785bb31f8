import type { Target } from '../../estimators/estimator.ts';
import { oneWayF, regressionF } from '../../features/select/anova.ts';
import { type Matrix, matrixColumn } from '../../frame/frame.ts';

/** So many rows bear one more coefficient of a line (Harrell 2015, §4.4: 10 to 20). */
const ROWS_PER_COLUMN = 15;

/** Features, ascending, whose values by themselves tell most of the target by F: as many as the rows can bear. Null: all. Cost: rows × features. */
export function tellingColumns(x: Matrix, target: Target): readonly number[] | null {
  const most = Math.max(1, Math.floor(x.rowCount / ROWS_PER_COLUMN));
  if (x.names.length <= most) return null;
  const telling = x.names.map((_, feature) => tellingOf(matrixColumn(x, feature), target));
  return [...telling.keys()]
    .sort((a, b) => (telling[b] as number) - (telling[a] as number) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** A constant tells nothing; what tells all, more than a difference of infinities could order. */
function tellingOf(values: Float64Array, target: Target): number {
  const f =
    target.kind === 'classes'
      ? oneWayF(values, target.codes, target.classes.length)
      : regressionF(values, target.values);
  return Number.isNaN(f) ? 0 : Math.min(f, Number.MAX_VALUE);
}

/** The given features, in that order. */
export function takeMatrixColumns(x: Matrix, features: readonly number[]): Matrix {
  const data = new Float64Array(x.rowCount * features.length);
  features.forEach((feature, i) => {
    data.set(matrixColumn(x, feature), i * x.rowCount);
  });
  const { levelCounts } = x;
  return {
    rowCount: x.rowCount,
    names: features.map((feature) => x.names[feature] as string),
    data,
    ...(levelCounts !== undefined && {
      levelCounts: features.map((feature) => levelCounts[feature] as number),
    }),
  };
}
