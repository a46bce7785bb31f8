import { mean, variance } from '../statistics.ts';

/** (x − mean) ÷ standard deviation of the population; undefined for a constant. */
export function standardised(values: Float64Array): Float64Array | undefined {
  const deviation = Math.sqrt(variance(values));
  if (deviation === 0 || !Number.isFinite(deviation)) return undefined;
  const centre = mean(values);
  return values.map((value) => (value - centre) / deviation);
}

/** Σ a·b ÷ n: the correlation of two standardised columns. */
export function meanProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum / a.length;
}
