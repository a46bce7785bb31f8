import { distinctAscending, placeOf } from './distinct-values.ts';

export const HASH_BYTES = 16;

/** Rows of one rank: they are equal (or, once in 10⁴ tables of a million rows, two of them are not) and move as one. */
export type RowBlock = {
  readonly stratum: number;
  /** Rows in it. */
  readonly size: number;
};

export type RowBlocks = {
  /** Stratum after stratum, by rank within each: an order that the seed decides. */
  readonly blocks: readonly RowBlock[];
  /** For each of the given rows, its place in `blocks`. */
  readonly blockOfRow: Int32Array;
};

/**
 * Orders `rows` by stratum (ascending code), then by a mix of seed and row hash (16 bytes per row), so that the order
 * depends on what rows hold and never on where they lie. O(rows·log rows).
 */
export function orderRows(
  rows: Int32Array,
  rowHashes: Uint8Array,
  strata: Int32Array,
  seed: number,
): RowBlocks {
  const ranks = hashRanks(rows, rowHashes, seed);
  const blocks: RowBlock[] = [];
  const blockOfRow = new Int32Array(rows.length);
  const codes = [...new Set(rows.map((row) => strata[row] as number))].sort((a, b) => a - b);
  for (const stratum of codes) {
    const members = Int32Array.from(rows.keys()).filter(
      (i) => strata[rows[i] as number] === stratum,
    );
    const distinct = distinctAscending(Float64Array.from(members, (i) => ranks[i] as number));
    const sizes = new Int32Array(distinct.length);
    for (const i of members) {
      const place = placeOf(ranks[i] as number, distinct);
      sizes[place] = (sizes[place] as number) + 1;
      blockOfRow[i] = blocks.length + place;
    }
    for (const size of sizes) blocks.push({ stratum, size });
  }
  return { blocks, blockOfRow };
}

/** 53 bits per row that stand for its hash, in an order that the seed decides. */
export function hashRanks(rows: Int32Array, rowHashes: Uint8Array, seed: number): Float64Array {
  const hashes = new DataView(rowHashes.buffer, rowHashes.byteOffset, rowHashes.byteLength);
  return Float64Array.from(rows, (row) => rankOf(hashes, row * HASH_BYTES, seed));
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
