/** (n + 1)·level may come out a hair above the whole number that it is. */
const ROUNDING = 1e-9;

/**
 * Half the width of a conformal prediction interval: the ⌈(n + 1)·level⌉-th smallest of n absolute errors on rows that the
 * models had not seen (Lei et al. 2018). Whatever the model and the noise, a new row that could as well have been one of
 * them lies within with probability `level` at least. Null where n rows are too few for any such width. O(n log n).
 */
export function conformalReach(errors: Float64Array, level: number): number | null {
  const rank = Math.ceil((errors.length + 1) * level - ROUNDING);
  if (rank > errors.length) return null;
  return errors.slice().sort()[rank - 1] as number;
}
