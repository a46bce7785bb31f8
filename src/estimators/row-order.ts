import { distinctInPlace, placeOf } from './distinct-values.ts';

export const HASH_BYTES = 16;

/** The blocks of a stratum stand together: `from` to `to` − 1. */
export type Stratum = { readonly code: number; readonly from: number; readonly to: number };

/**
 * Rows of one rank make a block: they are equal (or, once in 10⁴ tables of a million rows, two of them are not) and move
 * as one. Blocks stand stratum after stratum, by rank within each: an order that the seed decides. Numbers in arrays,
 * not objects: a partition may have millions of blocks.
 */
export type RowBlocks = {
  readonly strata: readonly Stratum[];
  /** Rows in each block. */
  readonly sizes: Int32Array;
  /** For each of the given rows, its block. */
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
  const hashes = viewOf(rowHashes);
  const blockOfRow = new Int32Array(rows.length);
  const sizes = new Int32Array(rows.length);
  const found: Stratum[] = [];
  let from = 0;
  // Each rank is computed twice: kept, those of millions of rows would be the largest of all arrays here.
  const rankAt = (i: number) => rankOf(hashes, (rows[i] as number) * HASH_BYTES, seed);
  for (const [code, members] of rowCountsOf(rows, strata)) {
    const isMember = (i: number) => strata[rows[i] as number] === code;
    const distinct = distinctInPlace(pick(rankAt, members, isMember));
    for (let i = 0; i < rows.length; i++) {
      if (!isMember(i)) continue;
      const block = from + placeOf(rankAt(i), distinct);
      sizes[block] = (sizes[block] as number) + 1;
      blockOfRow[i] = block;
    }
    const to = from + distinct.length;
    found.push({ code, from, to });
    from = to;
  }
  return { strata: found, sizes: sizes.subarray(0, from), blockOfRow };
}

/** Rows of each stratum, by ascending code. */
function rowCountsOf(
  rows: Int32Array,
  strata: Int32Array,
): readonly (readonly [code: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const row of rows) {
    const stratum = strata[row] as number;
    counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/** The values at the places that are wanted, which are `count`. */
function pick(
  valueAt: (place: number) => number,
  count: number,
  isWanted: (place: number) => boolean,
): Float64Array {
  const picked = new Float64Array(count);
  for (let i = 0, next = 0; next < count; i++) if (isWanted(i)) picked[next++] = valueAt(i);
  return picked;
}

/** 53 bits per row that stand for its hash, in an order that the seed decides. */
export function hashRanks(rows: Int32Array, rowHashes: Uint8Array, seed: number): Float64Array {
  const hashes = viewOf(rowHashes);
  const ranks = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++)
    ranks[i] = rankOf(hashes, (rows[i] as number) * HASH_BYTES, seed);
  return ranks;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** 53 well-mixed bits of (seed, 16 bytes): MurmurHash3's 32-bit finaliser over two lanes, in whole-number arithmetic. */
export function rankOf(hashes: DataView, offset: number, seed: number): number {
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
