import type { Task } from '../../src/domain/metric.ts';
import type { Target } from '../../src/estimators/estimator.ts';
import { classes, matrixOf, type Table, values } from './tables.ts';

/** Tables that a partition can come down to. */
export function degenerateTables(task: Task): Record<string, Table> {
  const target = (codes: readonly number[]): Target =>
    task === 'classification' ? classes(codes) : values(codes.map((code) => code * 1.5 - 1));
  const some = [1, 2, 3, 4, 5, 6, 7, 8];
  const answer = [0, 1, 1, 0, 2, 1, 0, 2];
  return {
    'one row': { x: matrixOf([[1], [2]]), y: target([1]) },
    'two rows': { x: matrixOf([[1, 2]]), y: target([0, 2]) },
    'three rows': {
      x: matrixOf([
        [1, 2, 3],
        [1, 1, 1],
      ]),
      y: target([0, 2, 1]),
    },
    'one column': { x: matrixOf([some]), y: target(answer) },
    'a constant column': { x: matrixOf([some, some.map(() => 0.1)]), y: target(answer) },
    'only constant columns': {
      x: matrixOf([some.map(() => 0), some.map(() => 1e6)]),
      y: target(answer),
    },
    'a column twice': { x: matrixOf([some, some]), y: target(answer) },
    'more columns than rows': {
      x: matrixOf(Array.from({ length: 12 }, (_, f) => some.map((v) => (v * (f + 3)) % 7))),
      y: target(answer),
    },
    'one class, or a constant target': { x: matrixOf([some]), y: target(some.map(() => 1)) },
    'a class that is absent': { x: matrixOf([some]), y: target([0, 0, 2, 2, 2, 0, 2, 0]) },
    'separable rows': { x: matrixOf([some]), y: target([0, 0, 0, 0, 1, 1, 1, 1]) },
    'huge and tiny columns': {
      x: matrixOf([some.map((v) => v * 1e12), some.map((v) => ((v * 5) % 8) * 1e-12)]),
      y: target(answer),
    },
  };
}
