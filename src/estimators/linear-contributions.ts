import { type Matrix, matrixColumn } from '../frame/frame.ts';
import type { Contributions } from './estimator.ts';
import type { LinearContent } from './linear-model.ts';

/**
 * Shapley values of a linear score: coefficient · (x − mean), whatever the columns have to do with each other, as if they
 * were independent (Lundberg and Lee 2017, corollary 1). `centres`: the means of the columns over the training rows.
 */
export function linearContributions(
  { coefficients, intercepts, columns, classCount, present }: LinearContent,
  centres: Float64Array,
  x: Matrix,
): Contributions {
  if (x.names.length !== columns)
    throw new RangeError(`The model takes ${columns} columns, not ${x.names.length}.`);
  const outputs = intercepts.length;
  const shares = new Float64Array(x.rowCount * outputs * columns);
  const expected = intercepts.slice();
  for (let k = 0; k < outputs; k++)
    for (let j = 0; j < columns; j++) {
      const [coefficient, centre] = [coefficients[k * columns + j], centres[j]] as [number, number];
      expected[k] = (expected[k] as number) + coefficient * centre;
      const values = matrixColumn(x, j);
      for (let row = 0; row < x.rowCount; row++)
        shares[(row * outputs + k) * columns + j] =
          coefficient * ((values[row] as number) - centre);
    }
  if (classCount === 0) return { scale: 'value', classes: new Int32Array(0), expected, shares };
  return present.length === 2
    ? {
        scale: 'log_odds',
        classes: present.slice(1),
        against: present[0] as number,
        expected,
        shares,
      }
    : { scale: 'score', classes: present.slice(), expected, shares };
}
