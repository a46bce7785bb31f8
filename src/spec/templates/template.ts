/** A first spec for `init`, with a small made-up table that it trains on at once. */
export type Template = {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly summary: string;
  /** YAML with comments for people, without the editor's `$schema` line. */
  readonly spec: string;
  readonly dataFile: string;
  /** CSV; the same bytes every time. */
  readonly sampleData: () => string;
};

/** Numbers in [0, 1) from a 32-bit seed (mulberry32): enough for sample data. */
export function sampleNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** About normal, mean 0, deviation 1: the sum of 12 uniform numbers. */
export function sampleNoise(next: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += next();
  return sum;
}

export function csvText(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  return `${[header, ...rows].map((cells) => cells.join(',')).join('\n')}\n`;
}
