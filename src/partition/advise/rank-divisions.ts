import type { Comparison } from '../../estimators/compare.ts';

/** What ranking looks at. */
export type Ranked = {
  readonly lift: number | null;
  readonly isPaying: boolean;
  /** Models that it takes. */
  readonly own: number;
  /** Columns of its key. */
  readonly columns: number;
};

/**
 * Places of the divisions, the best first. Those that pay stand first: the one with the largest lift, or of those that it is
 * not surely better than (on the same rows) the one that takes the fewest models, and so on down. The others follow by
 * their lift. `compare`: the first against the second, of divisions that pay.
 */
export function rankDivisions(
  divisions: readonly Ranked[],
  compare: (first: number, second: number) => Comparison | null,
): readonly number[] {
  const byLift = [...divisions.keys()].sort((a, b) => liftOf(divisions, b) - liftOf(divisions, a));
  let left = byLift.filter((place) => divisions[place]?.isPaying);
  const ranked: number[] = [];
  while (left.length > 0) {
    const best = left[0] as number;
    const ties = left.filter((place) => place === best || !isSurelyBetter(compare(best, place)));
    const next = ties.reduce((a, b) => (cost(divisions, b) < cost(divisions, a) ? b : a));
    ranked.push(next);
    left = left.filter((place) => place !== next);
  }
  return [...ranked, ...byLift.filter((place) => !divisions[place]?.isPaying)];
}

function liftOf(divisions: readonly Ranked[], place: number): number {
  return divisions[place]?.lift ?? Number.NEGATIVE_INFINITY;
}

function isSurelyBetter(comparison: Comparison | null): boolean {
  return comparison !== null && comparison.interval.low > 0;
}

/** Models, and of as many the fewer columns. */
function cost(divisions: readonly Ranked[], place: number): number {
  const { own, columns } = divisions[place] as Ranked;
  return own + columns / 1000;
}
