import type { Matrix } from '../frame/frame.ts';
import { orderRows } from './row-order.ts';

/**
 * Divides training rows for use inside a fit: a fold from 0 on per row, of about equal size within each stratum. What a
 * row holds and the seed decide, so equal rows of a stratum stand together and their order doesn't matter.
 */
export function innerFolds(x: Matrix, strata: Int32Array, folds: number, seed: number): Uint8Array {
  const rows = Int32Array.from({ length: x.rowCount }, (_, row) => row);
  const { blockOfRow } = orderRows(rows, hashRows(x), strata, seed);
  return Uint8Array.from(blockOfRow, (block) => block % folds);
}

/** 16 bytes per row, for `orderRows` to mix: 64 bits of a multiplicative hash (FNV-1a by words) over the cells' bits. */
function hashRows({ rowCount, names, data }: Matrix): Uint8Array {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length * 2);
  const hashes = new Int32Array(rowCount * 4).fill(0x811c9dc5 | 0);
  for (let f = 0; f < names.length; f++)
    for (let i = 0; i < rowCount; i++) {
      const word = (f * rowCount + i) * 2;
      const at = i * 4;
      const low = Math.imul((hashes[at] as number) ^ (words[word] as number), 0x01000193);
      const high = Math.imul((hashes[at + 1] as number) ^ (words[word + 1] as number), 0x01000193);
      hashes[at] = low ^ (high >>> 15);
      hashes[at + 1] = high ^ (low >>> 13);
    }
  return new Uint8Array(hashes.buffer);
}
