/** Numbers as shares of their sum; all zero when that is. */
export function sharesOf(amounts: Float64Array): Float64Array {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return total > 0 ? amounts.map((amount) => amount / total) : amounts.map(() => 0);
}

/** |coefficient| · standard deviation per column, averaged over outputs, as shares. */
export function linearImportance(coefficients: Float64Array, scales: Float64Array): Float64Array {
  const columns = scales.length;
  const sizes = new Float64Array(columns);
  coefficients.forEach((coefficient, i) => {
    const column = i % columns;
    sizes[column] = (sizes[column] as number) + Math.abs(coefficient) * (scales[column] as number);
  });
  return sharesOf(sizes);
}

/** The most important first, equal ones in the order of `features`; what members of an ensemble share is added up. */
export function importanceByFeature(
  features: readonly string[],
  shares: Float64Array,
): readonly { readonly feature: string; readonly share: number }[] {
  const sums = new Map<string, number>();
  features.forEach((feature, i) => sums.set(feature, (sums.get(feature) ?? 0) + (shares[i] ?? 0)));
  return [...sums]
    .map(([feature, share]) => ({ feature, share }))
    .sort((a, b) => b.share - a.share);
}
