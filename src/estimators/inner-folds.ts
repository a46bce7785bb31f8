import type { Matrix } from '../frame/frame.ts';
import { dealCopies } from './deal-copies.ts';
import type { Target } from './estimator.ts';
import { hashRanks, orderRows } from './row-order.ts';

/**
 * Divides training rows for use inside a fit: a fold from 0 on per row, of about equal size within each class. What a
 * row holds and the seed decide; copies of one observation stand together (`dealCopies`).
 */
export function innerFolds(
  { x, y }: { readonly x: Matrix; readonly y: Target },
  {
    folds,
    seed,
    poll,
  }: { readonly folds: number; readonly seed: number; readonly poll: () => void },
): Uint8Array {
  const rows = Int32Array.from({ length: x.rowCount }, (_, row) => row);
  const strata = y.kind === 'classes' ? y.codes : new Int32Array(x.rowCount);
  const target = y.kind === 'classes' ? Float64Array.from(y.codes) : y.values;
  const features = hashCells([x.data], x.rowCount, poll);
  const whole = hashCells([x.data, target], x.rowCount, poll);
  const featureRanks = (of: Int32Array) => hashRanks(of, features, 0);
  const contents = { rowHashes: features, featureRanks, sourceHashes: whole };
  const { rowHashes } = dealCopies(rows, y, contents);
  poll();
  const { blockOfRow } = orderRows(rows, rowHashes, strata, seed);
  return Uint8Array.from(blockOfRow, (block) => block % folds);
}

/** 16 bytes per row, to be mixed further: 64 bits of a multiplicative hash (FNV-1a by words) over the bits of its cells. */
function hashCells(
  tables: readonly Float64Array[],
  rowCount: number,
  poll: () => void,
): Uint8Array {
  const hashes = new Int32Array(rowCount * 4).fill(0x811c9dc5 | 0);
  for (const data of tables) {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length * 2);
    for (let column = 0; column < words.length; column += 2 * rowCount) {
      poll();
      for (let i = 0; i < rowCount; i++) {
        const [word, at] = [column + 2 * i, 4 * i];
        const low = Math.imul((hashes[at] as number) ^ (words[word] as number), 0x01000193);
        const high = Math.imul(
          (hashes[at + 1] as number) ^ (words[word + 1] as number),
          0x01000193,
        );
        hashes[at] = low ^ (high >>> 15);
        hashes[at + 1] = high ^ (low >>> 13);
      }
    }
  }
  poll();
  return new Uint8Array(hashes.buffer);
}
