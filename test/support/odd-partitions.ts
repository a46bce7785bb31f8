import { seededDraws } from './draws.ts';
import type { Row } from './partita.ts';

/** How many rows, and what is wrong with them. */
export const PARTITIONS: {
  readonly [name: string]: readonly [number, (row: Row, i: number) => Row];
} = {
  one: [1, (row) => row],
  three: [3, (row) => row],
  forty: [40, (row) => row],
  good: [120, (row) => row],
  'one class': [60, (row) => ({ ...row, label: 'no', y: 7 })],
  'no target': [60, (row) => ({ ...row, label: null, y: null })],
  'constant features': [60, (row) => ({ ...row, x: 1, z: 'same' })],
  'missing features': [60, (row) => ({ ...row, x: null, z: null })],
  'missing targets': [60, (row, i) => (i % 6 === 0 ? { ...row, label: null, y: null } : row)],
  'odd weights': [60, (row, i) => ({ ...row, w: [0, null, 2, 0.5, 1, -1][i % 6] ?? null })],
};

/** The rows of all of them. */
export const TABLE = Object.entries(PARTITIONS).flatMap(([kind, [count, spoil]], k) => {
  const draws = seededDraws(k + 1);
  return Array.from({ length: count }, (_, i) => {
    const x = draws.uniform();
    const z = ['p', 'q'][draws.integer(2)] as string;
    const label = x + 0.3 * draws.uniform() > 0.6 ? 'yes' : 'no';
    return spoil({ kind, x, z, w: 1, label, y: 10 * x + draws.uniform() }, i);
  });
});
