import { seededRandom } from './tables.ts';

/** Random numbers that a seed decides, the same on every machine. */
export type Draws = {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, variance 1. */
  normal(): number;
  /** 0 … below − 1. */
  integer(below: number): number;
};

/** Normal numbers by Box and Muller. */
export function seededDraws(seed: number): Draws {
  const uniform = seededRandom(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, integer: (below) => Math.floor(uniform() * below) };
}
