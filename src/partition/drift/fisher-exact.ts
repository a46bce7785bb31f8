/** Weights that differ by rounding alone are equally likely. */
const ALIKE = 1 + 1e-7;

/** Of `size` rows, how many are hit. */
export type Hits = { readonly hits: number; readonly size: number };

/**
 * Fisher's exact test, two-sided, of whether two samples are hit equally often: the share of all tables with these
 * margins that are no likelier than this one. O(√rows): tables are weighed outwards from the likeliest.
 */
export function fisherExact(a: Hits, b: Hits): number {
  const hits = a.hits + b.hits;
  const lowest = Math.max(0, hits - b.size);
  const highest = Math.min(a.size, hits);
  const mode = Math.floor(((a.size + 1) * (hits + 1)) / (a.size + b.size + 2));
  const start = Math.min(highest, Math.max(lowest, mode));
  // w(x + 1) ÷ w(x) of the hypergeometric distribution of the first sample's hits.
  const step = (x: number) => ((a.size - x) * (hits - x)) / ((x + 1) * (b.size - hits + x + 1));
  const weights = new Map([[start, 1]]);
  for (let x = start, weight = 1; x < highest && weight > 0; x++) {
    weight *= step(x);
    weights.set(x + 1, weight);
  }
  for (let x = start, weight = 1; x > lowest && weight > 0; x--) {
    weight /= step(x - 1);
    weights.set(x - 1, weight);
  }
  const limit = (weights.get(a.hits) ?? 0) * ALIKE;
  let [all, tail] = [0, 0];
  for (const weight of weights.values()) {
    all += weight;
    if (weight <= limit) tail += weight;
  }
  return Math.min(1, tail / all);
}
