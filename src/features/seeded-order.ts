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

/** Numbers in [0, 1) from sfc32 (C. Doty-Humphrey, PractRand), 32 bits each: enough for 2³² rows. */
function uniformDraws(seed: bigint): () => number {
  let a = Number(seed & 0xffff_ffffn) | 0;
  let b = Number((seed >> 32n) & 0xffff_ffffn) | 0;
  let c = 0x9e37_79b9 | 0;
  let counter = 1;
  const next = () => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return (result >>> 0) / 2 ** 32;
  };
  // The seed reaches every bit only after some rounds.
  for (let round = 0; round < 15; round++) next();
  return next;
}
