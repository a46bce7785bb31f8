/** Random numbers that a seed decides, the same on every machine. */
export type Draws = {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, variance 1. */
  normal(): number;
  /** 0 … below − 1. */
  integer(below: number): number;
};

/** mulberry32; normal numbers by Box and Muller. */
export function seededDraws(seed: number): Draws {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, integer: (below) => Math.floor(uniform() * below) };
}
