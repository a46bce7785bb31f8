import { type Matrix, matrixColumn } from '../frame/frame.ts';
import { weightedMean } from './target-scale.ts';
import { powerOfTwoAbove } from './training-rows.ts';

/** x = centre + scale · z per column; a constant column has scale 0 and z = 0. */
export type Standardisation = { readonly centres: Float64Array; readonly scales: Float64Array };

/** Writes z, with weighted mean 0 and variance 1, column after column. Values near the limits of doubles are safe. */
export function standardiseInto(
  x: Matrix,
  weights: Float64Array | undefined,
  out: Float64Array,
): Standardisation {
  const columns = x.names.length;
  const centres = new Float64Array(columns);
  const scales = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const from = column * x.rowCount;
    const z = out.subarray(from, from + x.rowCount);
    const unit = centreInto(matrixColumn(x, column), weights, z);
    centres[column] = unit.centre;
    const deviation = rootMeanSquare(z, weights);
    scales[column] = deviation * unit.size;
    if (deviation > 0) for (let i = 0; i < z.length; i++) z[i] = (z[i] as number) / deviation;
  }
  return { centres, scales };
}

/** Writes (value − mean) / size, with size a power of two above the largest magnitude. */
function centreInto(
  values: Float64Array,
  weights: Float64Array | undefined,
  out: Float64Array,
): { readonly centre: number; readonly size: number } {
  let largest = 0;
  for (let i = 0; i < values.length; i++)
    largest = Math.max(largest, Math.abs(values[i] as number));
  const size = powerOfTwoAbove(largest);
  const inverse = 1 / size;
  for (let i = 0; i < values.length; i++) out[i] = (values[i] as number) * inverse;
  const mean = weightedMean(out, weights);
  let spread = 0;
  for (let i = 0; i < out.length; i++) {
    const deviation = (out[i] as number) - mean;
    out[i] = deviation;
    spread = Math.max(spread, Math.abs(deviation));
  }
  // What is left of equal values is rounding.
  if (spread <= 1e-15) out.fill(0);
  return { centre: mean * size, size };
}

function rootMeanSquare(z: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < z.length; i++) {
    const weight = weights === undefined ? 1 : (weights[i] as number);
    sum += weight * (z[i] as number) ** 2;
    total += weight;
  }
  return Math.sqrt(sum / total);
}
