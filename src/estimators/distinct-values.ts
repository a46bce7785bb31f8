/** The different values, ascending (−0 and 0 are one). O(n·log n), without a callback per comparison. */
export function distinctAscending(values: Float64Array): Float64Array {
  return distinctInPlace(values.slice());
}

/** The same without a copy: `values` are sorted, and the different ones are their beginning. */
export function distinctInPlace(values: Float64Array): Float64Array {
  const sorted = values.sort();
  let count = 0;
  for (const value of sorted)
    if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  return sorted.subarray(0, count);
}

/** Those of them that are there at least twice. */
export function recurringAscending(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  let count = 0;
  for (let i = 1; i < sorted.length; i++) {
    const value = sorted[i] as number;
    if (value === sorted[i - 1] && (count === 0 || value !== sorted[count - 1]))
      sorted[count++] = value;
  }
  return sorted.slice(0, count);
}

/** Where `value` stands among ascending `values` that hold it. O(log n). */
export function placeOf(value: number, values: Float64Array): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
