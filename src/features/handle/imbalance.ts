import type { Handle } from '../../spec/features.ts';
import { seededOrder } from '../seeded-order.ts';

export type ImbalanceRule = Exclude<Handle['imbalance'], 'none'>;

export type Balanced = {
  /** Places in the training rows, ascending; a place may stand there several times, or never. */
  readonly places: Int32Array;
  /** A factor for the weight of each of them. */
  readonly factors?: Float64Array;
};

type Balance = (placesOfClass: readonly Int32Array[], seed: bigint) => Balanced;

/** What is done about rare classes: `codes` holds the class of each training row; classes without a row stay without. */
export function balance(rule: ImbalanceRule, codes: Int32Array, seed: bigint): Balanced {
  const byClass = new Map<number, number[]>();
  codes.forEach((code, place) => {
    const places = byClass.get(code);
    if (places === undefined) byClass.set(code, [place]);
    else places.push(place);
  });
  const ordered = [...byClass].sort(([a], [b]) => a - b);
  return RULES[rule](
    ordered.map(([, places]) => Int32Array.from(places)),
    seed,
  );
}

const RULES: { readonly [rule in ImbalanceRule]: Balance } = {
  /** rows ÷ (classes × rows of the class), scikit-learn's "balanced". */
  class_weights: (placesOfClass) => {
    const rowCount = sum(placesOfClass.map((places) => places.length));
    const factors = new Float64Array(rowCount);
    for (const places of placesOfClass)
      for (const place of places)
        factors[place] = rowCount / (placesOfClass.length * places.length);
    return { places: Int32Array.from(factors.keys()), factors };
  },
  /** Every class gets the rows of the largest: whole repeats, then a seeded draw of the rest. */
  over_sample: (placesOfClass, seed) => {
    const largest = Math.max(...placesOfClass.map((places) => places.length));
    const sampled = placesOfClass.map((places, i) => {
      const drawn = seededOrder(places, seed + BigInt(i));
      return Int32Array.from({ length: largest }, (_, k) => drawn[k % drawn.length] as number);
    });
    return { places: joined(sampled) };
  },
  /** Every class keeps a seeded draw as large as the smallest class. */
  under_sample: (placesOfClass, seed) => {
    const smallest = Math.min(...placesOfClass.map((places) => places.length));
    const sampled = placesOfClass.map((places, i) =>
      seededOrder(places, seed + BigInt(i)).subarray(0, smallest),
    );
    return { places: joined(sampled) };
  },
};

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(sum(parts.map((part) => part.length)));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
