import { uniformDraws } from '../estimators/uniform-draws.ts';

/**
 * The rows in an order that the seed alone decides (Fisher–Yates); the input stays as it is. Equal seeds and lengths give
 * equal orders on every machine.
 */
export function seededOrder(rows: Int32Array, seed: bigint): Int32Array {
  const ordered = rows.slice();
  const draw = uniformDraws(seed);
  for (let last = ordered.length - 1; last > 0; last--) {
    const at = Math.floor(draw() * (last + 1));
    const swapped = ordered[at] as number;
    ordered[at] = ordered[last] as number;
    ordered[last] = swapped;
  }
  return ordered;
}

/** At most `size` of the rows, drawn by the seed, in their own order; all of them where there are no more. */
export function seededSample(rows: Int32Array, size: number, seed: bigint): Int32Array {
  return rows.length <= size ? rows : seededOrder(rows, seed).slice(0, size).sort();
}
