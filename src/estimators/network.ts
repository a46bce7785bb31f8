import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { eachRowBlock } from './row-blocks.ts';
import type { Standardisation } from './standard-columns.ts';

/** Dense layers with rectifiers between them, over standardised columns. */
export type Network = Standardisation & {
  /** Units of each layer, the columns first, the outputs last. */
  readonly sizes: readonly number[];
  /** Layer after layer: weights (inputs × outputs), then one bias per output. */
  readonly parameters: Float64Array;
};

/** Rows one after the other, their columns standardised. */
export function putRows(
  kernels: Kernels,
  x: Matrix,
  { centres, scales }: Standardisation,
): Pointer {
  const columns = x.names.length;
  const out = kernels.reserveDoubles(x.data.length);
  const mark = kernels.calls.mark();
  const [c, s] = [kernels.put(centres), kernels.put(scales)];
  eachRowBlock(kernels, x, ({ at, first, rowCount }) => {
    const to = out + first * columns * 8;
    kernels.calls.standardRows(at, rowCount, 0, rowCount, columns, c, s, to);
  });
  kernels.calls.release(mark);
  return out;
}

/** Weights and biases between layers of the given sizes. */
export function parameterCount(sizes: readonly number[]): number {
  return sizes
    .slice(1)
    .reduce((count, size, layer) => count + ((sizes[layer] as number) + 1) * size, 0);
}
