import type { Comparison } from './compare.ts';
import { NORMAL_95 } from './normal-distribution.ts';

/** Fewer say nothing of partitions in general. */
export const FEWEST_TOGETHER = 10;

/** Partitions are alike where neither rows nor scale of one are more than so many times those of another. */
const ALIKE = 4;

/** `scale`: what makes differences of several partitions comparable once they are divided by it; 0 where nothing does. */
type Effect = Pick<Comparison, 'difference' | 'interval' | 'rows'> & { readonly scale: number };

/** A difference and its standard error, squared, both in units of the scale. */
type Scaled = { readonly difference: number; readonly error: number; readonly rows: number };

/**
 * What to expect of each difference, in units of its scale, once those of like partitions are known (empirical Bayes): τ²
 * and μ, the variance and the mean of the true differences, are taken from all of them by moments, and the expectation is
 * (τ²·d + s²·m) ÷ (τ² + s²), where s is the standard error of the difference d. m is the low end of the 95 % interval of μ, so
 * that nothing is expected of what all together do not surely say. Large partitions say nothing of small ones, whose own
 * models have less to learn from, nor do those of one scale of another's. Null where fewer than ten are alike.
 */
export function expectedEffects(effects: readonly Effect[]): readonly (number | null)[] {
  const expected = effects.map((): number | null => null);
  const scaled = [...effects.keys()].filter((place) => (effects[place] as Effect).scale > 0);
  const bands = alike(scaled, (place) => (effects[place] as Effect).scale).flatMap((places) =>
    alike(places, (place) => (effects[place] as Effect).rows),
  );
  for (const places of bands) {
    if (places.length < FEWEST_TOGETHER) continue;
    const found = expectedTogether(places.map((place) => scaledEffect(effects[place] as Effect)));
    places.forEach((place, i) => {
      expected[place] = found[i] as number;
    });
  }
  return expected;
}

/** Bands of places, each in ascending order, from the least size on. */
function alike(
  places: readonly number[],
  sizeOf: (place: number) => number,
): readonly (readonly number[])[] {
  const bands: { readonly least: number; readonly places: number[] }[] = [];
  for (const place of [...places].sort((a, b) => sizeOf(a) - sizeOf(b) || a - b)) {
    const band = bands.at(-1);
    const size = sizeOf(place);
    if (band !== undefined && size <= ALIKE * band.least) band.places.push(place);
    else bands.push({ least: size, places: [place] });
  }
  return bands.map((band) => band.places.sort((a, b) => a - b));
}

function scaledEffect({ difference, interval, rows, scale }: Effect): Scaled {
  const error = (interval.high - interval.low) / (2 * NORMAL_95);
  return { difference: difference / scale, error: (error / scale) ** 2, rows };
}

function expectedTogether(effects: readonly Scaled[]): readonly number[] {
  const { least, variance } = priorOf(effects);
  return effects.map(({ difference, error }) => {
    // Equal predictions: there is nothing to expect.
    if (error === 0) return difference;
    return (variance * difference + error * least) / (variance + error);
  });
}

/**
 * Weights are rows, which know nothing of the differences, as their estimated errors may. Q = Σw·(d − μ)² has the mean
 * Σw·(1 − w/W)·(s² + τ²) (DerSimonian and Laird 1986 for any weights).
 */
function priorOf(effects: readonly Scaled[]): {
  readonly least: number;
  readonly variance: number;
} {
  const total = effects.reduce((sum, { rows }) => sum + rows, 0);
  const mean = effects.reduce((sum, { rows, difference }) => sum + rows * difference, 0) / total;
  let [scatter, chance, free] = [0, 0, 0];
  for (const { rows, difference, error } of effects) {
    const share = rows * (1 - rows / total);
    scatter += rows * (difference - mean) ** 2;
    chance += share * error;
    free += share;
  }
  const variance = Math.max(0, (scatter - chance) / free);
  const squares = effects.reduce(
    (sum, { rows, error }) => sum + (rows / total) ** 2 * (variance + error),
    0,
  );
  return { least: mean - NORMAL_95 * Math.sqrt(squares), variance };
}
