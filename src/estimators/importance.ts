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
