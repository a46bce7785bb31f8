import { seededDraws } from './draws.ts';
import { csvOf, type SpecWishes } from './partita.ts';

/** A table of so many partitions (`rows`: of each) with three features and three classes, and a spec of it. */
export function workOf(
  partitions: number,
  rows: number | readonly number[],
  algorithms: NonNullable<SpecWishes['algorithms']>,
): { readonly csv: string; readonly spec: SpecWishes } {
  const table = Array.from({ length: partitions }, (_, k) => {
    const draws = seededDraws(k);
    const length = typeof rows === 'number' ? rows : rows[k];
    return Array.from({ length: length ?? 0 }, () => {
      const [a, b, c] = [draws.normal(), draws.normal(), draws.normal()];
      const y = a * b > 0.2 * c ? 'up' : draws.uniform() < 0.2 ? 'flat' : 'down';
      return { k: `k${k}`, a, b, c, y };
    });
  }).flat();
  return {
    csv: csvOf(table),
    spec: {
      name: 'work',
      data: { source: { kind: 'csv', path: 'work.csv' } },
      partition: { by: 'k' },
      target: { column: 'y', task: 'classification' },
      algorithms,
    },
  };
}
