/** Shares of a total weight this close to each other are equal. */
const ROUNDING = 1e-12;

/**
 * The least value that the share `quantile` of the weight lies at or below; midway to the next one where it is met
 * exactly.
 */
export function weightedQuantile(
  values: Float64Array,
  quantile: number,
  weights?: Float64Array,
): number {
  const order = Int32Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  const weightOf = (row: number): number => weights?.[row] ?? 1;
  const wanted = quantile * order.reduce((sum, row) => sum + weightOf(row), 0);
  const slack = wanted * ROUNDING;
  let reached = 0;
  let place = 0;
  while (place < order.length - 1) {
    reached += weightOf(order[place] as number);
    if (reached >= wanted - slack) break;
    place++;
  }
  const value = values[order[place] as number] as number;
  const isExact = place < order.length - 1 && reached <= wanted + slack;
  return isExact ? value / 2 + (values[order[place + 1] as number] as number) / 2 : value;
}
