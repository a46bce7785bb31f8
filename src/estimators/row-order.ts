const HASH_BYTES = 16;

/** Rows in an order that a seed decides; rows of equal hash stand together as one block. */
export type RowBlocks = {
  /** Row numbers, block after block, stratum after stratum. */
  readonly rows: Int32Array;
  readonly blocks: readonly {
    readonly stratum: number;
    readonly start: number;
    readonly end: number;
  }[];
};

/**
 * Orders `rows` by stratum (ascending), then by a mix of seed and row hash (16 bytes per row), so that the order depends
 * on the rows' contents and never on where they lie. O(rows·log rows).
 */
export function orderRows(
  rows: Int32Array,
  rowHashes: Uint8Array,
  strata: Int32Array,
  seed: number,
): RowBlocks {
  const hashes = new DataView(rowHashes.buffer, rowHashes.byteOffset, rowHashes.byteLength);
  const ranks = new Float64Array(strata.length);
  for (const row of rows) ranks[row] = rankOf(hashes, row * HASH_BYTES, seed);
  const stratumOf = (row: number): number => strata[row] as number;
  const ordered = rows
    .slice()
    .sort(
      (a, b) =>
        stratumOf(a) - stratumOf(b) ||
        (ranks[a] as number) - (ranks[b] as number) ||
        compareHashes(hashes, a, b),
    );
  const blocks = [];
  for (let start = 0, at = 1; at <= ordered.length; at++) {
    const first = ordered[start] as number;
    const row = ordered[at];
    const isSame =
      row !== undefined &&
      stratumOf(row) === stratumOf(first) &&
      compareHashes(hashes, row, first) === 0;
    if (isSame) continue;
    blocks.push({ stratum: stratumOf(first), start, end: at });
    start = at;
  }
  return { rows: ordered, blocks };
}

/** 53 well-mixed bits of (seed, 16 bytes): MurmurHash3's 32-bit finaliser over two lanes, in whole-number arithmetic. */
function rankOf(hashes: DataView, offset: number, seed: number): number {
  let low = mixBits((seed >>> 0) ^ 0x9e3779b9);
  let high = mixBits(Math.floor(seed / 2 ** 32) ^ 0x85ebca6b);
  for (let word = 0; word < HASH_BYTES; word += 8) {
    low = mixBits((low + high) ^ hashes.getUint32(offset + word, true));
    high = mixBits((high + low) ^ hashes.getUint32(offset + word + 4, true));
  }
  low = mixBits(low + high);
  high = mixBits(high + low);
  return (low >>> 0) * 2 ** 21 + (high >>> 11);
}

function mixBits(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function compareHashes(hashes: DataView, a: number, b: number): number {
  for (let word = 0; word < HASH_BYTES; word += 4) {
    const difference =
      hashes.getUint32(a * HASH_BYTES + word) - hashes.getUint32(b * HASH_BYTES + word);
    if (difference !== 0) return difference;
  }
  return 0;
}
