import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';

/** x = centre + scale · z per column; a constant column has scale 0 and z = 0. */
export type Standardisation = { readonly centres: Float64Array; readonly scales: Float64Array };

/** A table in the kernels' memory: the standardised columns and, last, one more column if there is one. */
export type StandardTable = Standardisation & { readonly at: Pointer; readonly weights: Pointer };

/** Puts z and the column `last` into the kernels' memory, with the weights (0 = none). */
export function putStandardised(
  kernels: Kernels,
  x: Matrix,
  weights: Float64Array | undefined,
  last: Float64Array = new Float64Array(0),
): StandardTable {
  const columns = x.names.length;
  const cells = x.rowCount * columns;
  const at = kernels.reserveDoubles(cells + last.length);
  const weightsAt = weights === undefined ? 0 : kernels.put(weights);
  const centres = kernels.reserveDoubles(columns);
  const scales = kernels.reserveDoubles(columns);
  const mark = kernels.calls.mark();
  const data = kernels.put(x.data);
  kernels.calls.standardise(data, x.rowCount, columns, weightsAt, at, centres, scales);
  kernels.calls.release(mark);
  kernels.doublesAt(at, cells + last.length).set(last, cells);
  return {
    at,
    weights: weightsAt,
    centres: kernels.doublesAt(centres, columns).slice(),
    scales: kernels.doublesAt(scales, columns).slice(),
  };
}
