/** Numbers in [0, 1) from sfc32 (C. Doty-Humphrey, PractRand), 32 bits each: enough for 2³² rows. */
export function uniformDraws(seed: bigint): () => number {
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
