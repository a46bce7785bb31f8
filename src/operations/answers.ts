/**
 * What predictions say, for tables: the value, or the label of the highest probability (the first of equals); null where
 * there is no prediction. `output`: rows × max(1, classes), row-major.
 */
export function answersOf(
  output: Float64Array,
  count: number,
  classes: readonly string[],
): readonly (number | null)[] | readonly (string | null)[] {
  if (classes.length === 0)
    return Array.from({ length: count }, (_, i) => presentNumber(output[i] as number));
  return Array.from({ length: count }, (_, i) => likeliest(output, i * classes.length, classes));
}

function presentNumber(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function likeliest(output: Float64Array, start: number, classes: readonly string[]): string | null {
  if (Number.isNaN(output[start])) return null;
  let best = 0;
  for (let k = 1; k < classes.length; k++) {
    if ((output[start + k] as number) > (output[start + best] as number)) best = k;
  }
  return classes[best] ?? null;
}
