import { likeliestClasses } from '../estimators/class-codes.ts';
import { outputWidth } from './predictions.ts';

/** `output` below: rows × max(1, classes), row-major; NaN = no prediction. */

/** The label of the highest probability, the first of equals; null where there is no prediction. */
export function likeliestLabels(
  output: Float64Array,
  classes: readonly string[],
): readonly (string | null)[] {
  return Array.from(likeliestClasses(output, classes.length), (code, row) =>
    Number.isNaN(output[row * classes.length]) ? null : (classes[code] as string),
  );
}

/** The probabilities of class `k`, one for each row. */
export function probabilitiesOf(
  output: Float64Array,
  classes: readonly string[],
  k: number,
): Float64Array {
  const width = outputWidth(classes);
  return Float64Array.from({ length: output.length / width }, (_, i) => {
    return output[i * width + k] as number;
  });
}

/** One end of the interval around a predicted number; NaN where there is no prediction, or no interval. */
export function boundOf(value: number, reach: number | undefined, side: 1 | -1): number {
  return value + side * (reach ?? Number.NaN);
}
